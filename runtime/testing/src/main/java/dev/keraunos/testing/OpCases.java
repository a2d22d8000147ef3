package dev.keraunos.testing;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The operations recorded by {@code ops/record.py}: attributes, inputs and what Keras computed. */
public final class OpCases {
  /** One recorded operation. */
  public record Case(String name, Op op, List<Tensor> inputs, List<Tensor> outputs) {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * One recorded derivative of the sum of an operation's first output times weights.
   *
   * @param gradients by every input, null where there is none
   */
  public record Gradient(
      String name, Op op, List<Tensor> inputs, Tensor weights, List<Tensor> gradients) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Map<String, Function<Words, Op>> PARSERS = new HashMap<>();

  static {
    PARSERS.put("Fill", w -> new Op.Fill(w.dtype(), w.real(), w.dims()));
    PARSERS.put("Iota", w -> new Op.Iota(w.dtype(), w.dims(), w.integer()));
    PARSERS.put("Unary", w -> w.unary(w.next() + ":" + w.next() + ":" + w.next()));
    PARSERS.put("Binary", w -> new Op.Binary(BinaryKind.valueOf(w.next())));
    PARSERS.put("Select", w -> new Op.Select());
    PARSERS.put("Cast", w -> new Op.Cast(w.dtype()));
    PARSERS.put("Reduce", w -> new Op.Reduce(w.reduceKind(), w.integers(), w.flag()));
    PARSERS.put(
        "ArgReduce", w -> new Op.ArgReduce(w.flag(), w.integer(), w.flag(), w.dtype(), false));
    PARSERS.put("Cumulative", w -> new Op.Cumulative(w.reduceKind(), w.integer()));
    PARSERS.put("TopK", w -> new Op.TopK(w.integer()));
    PARSERS.put("Sort", w -> new Op.Sort(w.integer(), w.flag()));
    PARSERS.put("Reshape", w -> new Op.Reshape(w.dims()));
    PARSERS.put("Transpose", w -> new Op.Transpose(w.integers()));
    PARSERS.put("BroadcastTo", w -> new Op.BroadcastTo(w.dims()));
    PARSERS.put("Slice", w -> new Op.Slice(w.ranges()));
    PARSERS.put("Concat", w -> new Op.Concat(w.integer()));
    PARSERS.put(
        "Pad", w -> new Op.Pad(Op.Pad.Mode.valueOf(w.next()), w.real(), w.longs(), w.longs()));
    PARSERS.put("Repeat", w -> new Op.Repeat(w.integer(), w.integer()));
    PARSERS.put("Gather", w -> new Op.Gather(w.integer()));
    PARSERS.put("GatherAlong", w -> new Op.GatherAlong(w.integer()));
    PARSERS.put("OneHot", w -> new Op.OneHot(w.integer(), w.dtype()));
    PARSERS.put("MatMul", w -> new Op.MatMul(w.flag(), w.flag()));
    PARSERS.put("Conv", w -> new Op.Conv(w.integers(), w.integers(), w.padding(), w.integer()));
    PARSERS.put(
        "ConvTranspose",
        w ->
            new Op.ConvTranspose(w.integers(), w.integers(), w.padding(), w.integers(), List.of()));
    PARSERS.put("Pool", w -> new Op.Pool(w.flag(), w.integers(), w.integers(), w.padding()));
    PARSERS.put("AdaptivePool", w -> new Op.AdaptivePool(w.flag(), w.integers()));
    PARSERS.put(
        "Resize",
        w -> new Op.Resize(Interpolation.valueOf(w.next()), w.flag(), w.integers(), w.flag()));
    PARSERS.put("Softmax", w -> new Op.Softmax(w.integers(), w.flag()));
    PARSERS.put("Standardize", w -> new Op.Standardize(w.integers(), w.real()));
    PARSERS.put("Fourier", w -> new Op.Fourier(w.flag()));
    PARSERS.put("Rnn", Words::rnn);
  }

  private OpCases() {}

  /** All recorded cases. */
  public static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    groups("ops/cases.npz")
        .forEach(
            (name, arrays) ->
                cases.add(
                    new Case(name, parse(name), numbered(arrays, "in"), numbered(arrays, "out"))));
    return cases;
  }

  /** All recorded gradients. */
  public static List<Gradient> gradients() {
    List<Gradient> cases = new ArrayList<>();
    groups("ops/gradients.npz")
        .forEach(
            (name, arrays) -> {
              List<Tensor> inputs = numbered(arrays, "in");
              List<Tensor> gradients = new ArrayList<>();
              for (int i = 0; i < inputs.size(); i++) {
                gradients.add(arrays.get("grad" + i));
              }
              Tensor weights = arrays.get("weights");
              cases.add(new Gradient(name, parse(name), inputs, weights, gradients));
            });
    return cases;
  }

  /** The arrays of every case by their short names. */
  private static Map<String, Map<String, Tensor>> groups(String resource) {
    Map<String, Map<String, Tensor>> groups = new LinkedHashMap<>();
    Npz.resource(OpCases.class, resource)
        .arrays()
        .forEach(
            (key, array) -> {
              int cut = key.lastIndexOf('/');
              groups
                  .computeIfAbsent(key.substring(0, cut), name -> new LinkedHashMap<>())
                  .put(key.substring(cut + 1), array);
            });
    return groups;
  }

  private static List<Tensor> numbered(Map<String, Tensor> arrays, String prefix) {
    List<Tensor> tensors = new ArrayList<>();
    while (arrays.containsKey(prefix + tensors.size())) {
      tensors.add(arrays.get(prefix + tensors.size()));
    }
    return tensors;
  }

  private static Op parse(String name) {
    String text = name.contains(" #") ? name.substring(0, name.indexOf(" #")) : name;
    Words words = new Words(new ArrayList<>(Arrays.asList(text.split(" "))));
    Op op = PARSERS.get(words.next()).apply(words);
    if (!words.rest().isEmpty()) {
      throw new IllegalStateException(name + ": " + words.rest() + " is left over");
    }
    return op;
  }

  /** The attributes of a case, taken one after the other. */
  private record Words(List<String> rest) {
    String next() {
      return rest.remove(0);
    }

    int integer() {
      return Integer.parseInt(next());
    }

    double real() {
      return Double.parseDouble(next());
    }

    boolean flag() {
      return Boolean.parseBoolean(next());
    }

    DType dtype() {
      return DType.of(next());
    }

    ReduceKind reduceKind() {
      return ReduceKind.valueOf(next());
    }

    private <T> List<T> list(Function<String, T> parser) {
      String text = next();
      return text.equals("none")
          ? List.of()
          : Arrays.stream(text.split(",")).map(parser).collect(Collectors.toList());
    }

    List<Integer> integers() {
      return list(Integer::valueOf);
    }

    List<Long> longs() {
      return list(Long::valueOf);
    }

    /** Sizes, −1 for the inferred one, {@code sameN} for that of input 0 on axis N. */
    List<Dim> dims() {
      return list(
          text ->
              text.startsWith("same")
                  ? new Dim.Same(0, Integer.parseInt(text.substring(4)))
                  : Dim.of(Long.parseLong(text)).get(0));
    }

    List<Range> ranges() {
      return Arrays.stream(next().split("\\|")).map(Words::range).collect(Collectors.toList());
    }

    private static Range range(String text) {
      String[] parts = text.split(":", -1);
      return new Range(bound(parts[0]), bound(parts[1]), Long.parseLong(parts[2]));
    }

    private static Long bound(String text) {
      return text.isEmpty() ? null : Long.valueOf(text);
    }

    Padding padding() {
      String[] parts = next().split(":", -1);
      return parts[0].equals("EXPLICIT")
          ? Padding.explicit(List.of(Integer.valueOf(parts[1])), List.of(Integer.valueOf(parts[2])))
          : new Padding(Padding.Mode.valueOf(parts[0]), List.of(), List.of());
    }

    Op.Unary unary(String text) {
      String[] parts = text.split(":", -1);
      return new Op.Unary(
          UnaryKind.valueOf(parts[0]), Double.parseDouble(parts[1]), Double.parseDouble(parts[2]));
    }

    Op.Rnn rnn() {
      return new Op.Rnn(
          Op.Rnn.Cell.valueOf(next()),
          unary(next()),
          unary(next()),
          flag(),
          flag(),
          flag(),
          new Recurrence(flag(), flag(), flag(), flag()));
    }
  }
}
