package dev.keraunos.nd4j;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.nd4j.internal.Nd4jEngine;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpTolerance;
import dev.keraunos.testing.Tolerance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations on shapes at random, with axes of length 1 and scalars among them. */
class ShapesTest {
  private static final int TIMES = Integer.getInteger("keraunos.nd4j.shapes", 60);

  private Random random = new Random();

  static Stream<String> kinds() {
    return Stream.of(
        "transpose",
        "broadcast",
        "slice",
        "concat",
        "pad",
        "repeat",
        "oneHot",
        "select",
        "cast",
        "binary",
        "reduce",
        "softmax",
        "matMul",
        "conv",
        "depthwise",
        "deconv",
        "pool",
        "resize");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void computesWhatTheDefinitionSays(String kind) {
    for (int seed = 0; seed < TIMES; seed++) {
      random = new Random(seed);
      List<Tensor> in = new ArrayList<>();
      Op op = op(kind, in);
      Graph graph;
      try {
        graph = Graphs.of(op, in);
      } catch (InputException e) {
        continue;
      }
      try (Executable nd4j = new Nd4jEngine().compile(graph, 1);
          Executable reference = new ReferenceEngine().compile(graph, 1)) {
        Tensor expected = reference.run(in).get(0);
        Tensor actual = nd4j.run(in).get(0);
        tolerance(op, in).check(expected, actual, seed + ": " + op + " of " + in);
      }
    }
  }

  /** Sums of numbers that cancel keep fewer digits than those recorded. */
  private static Tolerance tolerance(Op op, List<Tensor> in) {
    Tolerance recorded = OpTolerance.of(op, in);
    boolean adds =
        op instanceof Op.MatMul || op instanceof Op.Conv || op instanceof Op.ConvTranspose;
    return adds ? Tolerance.STEPS : recorded;
  }

  private Op op(String kind, List<Tensor> in) {
    return switch (kind) {
      case "matMul" -> matMul(in);
      case "conv", "depthwise", "deconv", "pool", "resize" -> window(kind, in);
      case "binary", "select", "concat" -> several(kind, in);
      default -> movement(kind, in);
    };
  }

  private Op movement(String kind, List<Tensor> in) {
    int rank = random.nextInt(5);
    DType dtype = any(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.BOOL, DType.UINT8);
    Tensor x =
        tensor(kind.equals("softmax") || kind.equals("reduce") ? DType.FLOAT32 : dtype, dims(rank));
    in.add(kind.equals("oneHot") ? x.cast(DType.INT32) : x);
    List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.shuffle(axes, random);
    return switch (kind) {
      case "transpose" -> new Op.Transpose(axes);
      case "broadcast" -> new Op.BroadcastTo(broadcast(x.shape()));
      case "slice" -> new Op.Slice(axes.stream().map(axis -> range()).toList());
      case "pad" -> pad(rank);
      case "repeat" -> new Op.Repeat(rank == 0 ? 0 : random.nextInt(rank), 1 + random.nextInt(3));
      case "oneHot" -> new Op.OneHot(1 + random.nextInt(4), DType.FLOAT32);
      case "cast" -> new Op.Cast(any(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.INT32));
      case "softmax" -> new Op.Softmax(rank == 0 ? List.of() : List.of(rank - 1), false);
      default ->
          new Op.Reduce(
              any(ReduceKind.SUM, ReduceKind.MEAN, ReduceKind.MAX, ReduceKind.PROD),
              axes.subList(0, rank == 0 ? 0 : random.nextInt(rank)).stream().sorted().toList(),
              random.nextBoolean());
    };
  }

  private List<Dim> broadcast(Shape shape) {
    List<Dim> dims = new ArrayList<>();
    for (int i = random.nextInt(2); i > 0; i--) {
      dims.addAll(Dim.of(1 + random.nextInt(3)));
    }
    Arrays.stream(shape.toArray())
        .forEach(n -> dims.addAll(Dim.of(n == 1 ? 1 + random.nextInt(4) : n)));
    return dims;
  }

  private Range range() {
    Long start = random.nextBoolean() ? null : Long.valueOf(random.nextInt(9) - 4);
    Long stop = random.nextBoolean() ? null : Long.valueOf(random.nextInt(9) - 4);
    return new Range(start, stop, any(1, 1, 2, 3, -1, -2));
  }

  private Op pad(int rank) {
    List<Long> before = IntStream.range(0, rank).mapToObj(i -> (long) random.nextInt(3)).toList();
    List<Long> after = IntStream.range(0, rank).mapToObj(i -> (long) random.nextInt(3)).toList();
    return new Op.Pad(any(Op.Pad.Mode.values()), random.nextInt(2), before, after);
  }

  private Op several(String kind, List<Tensor> in) {
    int rank = random.nextInt(5);
    long[] dims = dims(rank);
    DType dtype = any(DType.FLOAT32, DType.FLOAT64, DType.INT32);
    for (int i = 0; i < (kind.equals("concat") ? 3 : 2); i++) {
      long[] other = dims.clone();
      int axis = rank == 0 ? 0 : random.nextInt(rank);
      if (rank > 0 && !kind.equals("concat")) {
        other[axis] = random.nextBoolean() ? 1 : dims[axis];
      } else if (rank > 0) {
        other[0] = 1L + random.nextInt(3);
      }
      int from = rank > 0 && kind.equals("binary") ? random.nextInt(rank) : 0;
      in.add(tensor(dtype, Arrays.copyOfRange(other, from, rank)));
    }
    if (kind.equals("select")) {
      in.add(0, tensor(DType.BOOL, dims));
      return new Op.Select();
    }
    return kind.equals("concat") ? new Op.Concat(0) : new Op.Binary(any(BinaryKind.values()));
  }

  private Op matMul(List<Tensor> in) {
    long[] n = dims(6);
    boolean left = random.nextBoolean();
    boolean right = random.nextBoolean();
    long[] batch = Arrays.copyOf(n, random.nextInt(3));
    long[] other = random.nextBoolean() ? batch : new long[0];
    in.add(tensor(DType.FLOAT32, concat(batch, left ? n[4] : n[3], left ? n[3] : n[4])));
    in.add(tensor(DType.FLOAT32, concat(other, right ? n[5] : n[4], right ? n[4] : n[5])));
    return new Op.MatMul(left, right);
  }

  private Op window(String kind, List<Tensor> in) {
    int axes = kind.equals("resize") ? 2 : 1 + random.nextInt(3);
    long channels = 1L + random.nextInt(4);
    long filters =
        kind.equals("depthwise") ? channels * (1 + random.nextInt(2)) : 1 + random.nextInt(3);
    long[] image = dims(axes + 1);
    for (int i = 1; i <= axes; i++) {
      image[i] += random.nextInt(6);
    }
    in.add(tensor(any(DType.FLOAT32, DType.FLOAT64), concat(image, channels)));
    List<Integer> size = numbers(axes, 3);
    List<Integer> strides = numbers(axes, 3);
    List<Integer> dilations =
        random.nextBoolean() || kind.equals("deconv")
            ? Collections.nCopies(axes, 1)
            : numbers(axes, 2);
    Padding padding = any(Padding.VALID, Padding.SAME, Padding.FULL, Padding.CAUSAL);
    long[] window = size.stream().mapToLong(Integer::longValue).toArray();
    boolean transposed = kind.equals("deconv");
    long groups = kind.equals("depthwise") ? channels : 1;
    long[] kernel =
        transposed ? concat(window, filters, channels) : concat(window, channels / groups, filters);
    if (kind.equals("pool")) {
      return new Op.Pool(random.nextBoolean(), size, strides, padding);
    } else if (kind.equals("resize")) {
      return new Op.Resize(any(Interpolation.values()), false, numbers(2, 9), random.nextBoolean());
    }
    in.add(tensor(in.get(0).dtype(), kernel));
    return transposed
        ? new Op.ConvTranspose(
            strides, dilations, any(Padding.VALID, Padding.SAME), List.of(), List.of())
        : new Op.Conv(strides, dilations, padding, (int) groups);
  }

  @SafeVarargs
  private <T> T any(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private List<Integer> numbers(int count, int most) {
    return IntStream.range(0, count).mapToObj(i -> 1 + random.nextInt(most)).toList();
  }

  private long[] dims(int rank) {
    return random.longs(rank, 1, 5).toArray();
  }

  private static long[] concat(long[] first, long... last) {
    long[] all = Arrays.copyOf(first, first.length + last.length);
    System.arraycopy(last, 0, all, first.length, last.length);
    return all;
  }

  private Tensor tensor(DType dtype, long... dims) {
    Tensor x = Tensor.zeros(dtype, dims);
    for (long i = 0; i < x.size(); i++) {
      x.setDouble(i, dtype.isFloating() ? random.nextGaussian() : 1 + random.nextInt(4));
    }
    return x;
  }
}
