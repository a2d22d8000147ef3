package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.gradient.Gradients;
import dev.keraunos.graph.internal.pass.Passes;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What every number of a {@link Cut} adds to the loss: the number times the derivative of the loss
 * by it, with all held denominators at their values. Computed in double precision from what the
 * graph of the loss computed, so that the shares add up to the loss.
 */
public final class Shares {
  /** Where numbers of a layout come from, by name; empty if the graph itself multiplies them. */
  private record Leaf(Layout layout, Optional<String> numbers) {}

  private final List<Leaf> leaves;
  private final List<String> read;
  private final Optional<Executable> executable;

  private Shares(List<Leaf> leaves, List<String> read, Optional<Executable> executable) {
    this.leaves = leaves;
    this.read = read;
    this.executable = executable;
  }

  /**
   * The shares of a core.
   *
   * @param key begins the names of what is added to the outputs
   * @param outputs of the graph of the loss
   */
  static Shares of(
      String key, Value core, Cut cut, Dependence dependence, Map<String, Value> outputs) {
    return new Writer(key, cut, dependence, outputs).write(core);
  }

  /** True if there is anything that adds to the loss. */
  public boolean areSome() {
    return !leaves.isEmpty();
  }

  /**
   * What numbers of a batch add to the loss, in the order of the prediction: a number times its
   * factor.
   *
   * @param numbers as the graph of the loss gave them; empty if the factors are the shares
   * @param factors one for each number, or a single one
   */
  public record Share(Layout layout, Optional<Tensor> numbers, Grid factors) {
    /** How many there are. */
    public long size() {
      return numbers.map(Tensor::size).orElse((long) factors.size());
    }

    /** Shares from an index on. */
    public void read(long from, double[] target, int count) {
      if (numbers.isPresent()) {
        numbers.get().read(from, target, 0, count);
        factors.scale((int) from, target, count);
      } else {
        factors.read((int) from, target, count);
      }
    }
  }

  /**
   * The shares of a batch, one for each layout.
   *
   * @param computed what the graph of the loss gave, by name
   * @param weights what every number of the core counts in the loss; float64, in the core's shape
   */
  public List<Share> of(Map<String, Tensor> computed, Tensor weights) {
    List<Tensor> inputs = new ArrayList<>(List.of(weights));
    read.forEach(name -> inputs.add(computed.get(name)));
    List<Tensor> found = executable.map(e -> e.run(inputs)).orElse(List.of());
    List<Share> shares = new ArrayList<>();
    for (Leaf leaf : leaves) {
      try (Tensor result = found.get(shares.size())) {
        Grid factors = Grid.of(result);
        Optional<Tensor> numbers = leaf.numbers().map(computed::get);
        boolean spread = numbers.isPresent() && factors.size() > 1;
        shares.add(
            new Share(
                leaf.layout(), numbers, spread ? factors.expand(numbers.get().shape()) : factors));
      }
    }
    return shares;
  }

  /** Writes the part of a graph that is linear in the leaves of a cut anew, in float64. */
  private static final class Writer {
    private final String key;
    private final Cut cut;
    private final Dependence dependence;
    private final Map<String, Value> outputs;
    private final GraphBuilder builder = new GraphBuilder();
    private final Map<Value, Value> written = new HashMap<>();
    private final Map<Value, Value> given = new HashMap<>();
    private final List<String> read = new ArrayList<>();

    Writer(String key, Cut cut, Dependence dependence, Map<String, Value> outputs) {
      this.key = key;
      this.cut = cut;
      this.dependence = dependence;
      this.outputs = outputs;
    }

    Shares write(Value core) {
      if (cut.leaves().isEmpty()) {
        return new Shares(List.of(), List.of(), Optional.empty());
      }
      Value weights = builder.input("weights", new TensorType(DType.FLOAT64, core.shape()));
      Value loss = linear(core);
      Map<String, Value> results = new LinkedHashMap<>();
      List<Leaf> leaves = new ArrayList<>();
      cut.leaves()
          .forEach(
              (number, layout) -> {
                Value gradient = Gradients.of(builder, loss, weights, linear(number));
                boolean ordered = layout.isOrdered();
                results.put(
                    "result" + results.size(),
                    ordered ? narrow(gradient) : share(linear(number), gradient, layout));
                leaves.add(
                    new Leaf(layout, ordered ? Optional.of(name(number)) : Optional.empty()));
              });
      Graph graph = Passes.eliminateCommonSubexpressions(builder.build(results));
      return new Shares(leaves, read, Optional.of(new ReferenceEngine().compile(graph, 1)));
    }

    /** A gradient before it was repeated for each number. */
    private static Value narrow(Value gradient) {
      boolean repeats = gradient.producer().op() instanceof Op.BroadcastTo;
      return repeats ? narrow(gradient.producer().inputs().get(0)) : gradient;
    }

    private Value linear(Value x) {
      Value known = written.get(x);
      if (known == null) {
        boolean ends = cut.leaves().containsKey(x) || !dependence.on(x);
        known = ends ? given(x) : rewritten(x);
        written.put(x, known);
      }
      return known;
    }

    private Value rewritten(Value x) {
      Op op = x.producer().op();
      if (op instanceof Op.Cast) {
        return linear(x.producer().inputs().get(0));
      }
      List<Integer> operands = Cut.operands(x, dependence);
      List<Value> inputs = new ArrayList<>();
      for (int i = 0; i < x.producer().inputs().size(); i++) {
        Value input = x.producer().inputs().get(i);
        inputs.add(operands.contains(i) ? linear(input) : given(input));
      }
      return builder.apply(op, inputs).get(0);
    }

    /** A value of the graph of the loss at what it is, floating point as float64. */
    private Value given(Value x) {
      Value known = given.get(x);
      if (known == null) {
        known =
            x.producer().op() instanceof Op.Constant constant
                ? builder.constant(constant.value())
                : input(x);
        known = known.dtype().isFloating() ? Ops.cast(known, DType.FLOAT64) : known;
        given.put(x, known);
      }
      return known;
    }

    private Value input(Value x) {
      read.add(name(x));
      return builder.input(name(x), x.type());
    }

    /** The name under which the graph of the loss gives a value. */
    private String name(Value x) {
      Optional<String> known =
          outputs.entrySet().stream()
              .filter(output -> output.getValue() == x)
              .map(Map.Entry::getKey)
              .findFirst();
      return known.orElseGet(
          () -> {
            String name = key + " given" + outputs.size();
            outputs.put(name, x);
            return name;
          });
    }

    /** Shares along the axes of the prediction. */
    private Value share(Value number, Value gradient, Layout layout) {
      List<Integer> order = layout.order();
      Shape shape = dependence.shape();
      long[] dims = order.stream().mapToLong(shape::dim).toArray();
      int[] back = order.stream().sorted().mapToInt(order::indexOf).toArray();
      return Ops.transpose(Ops.reshape(Ops.multiply(number, gradient), dims), back);
    }
  }
}
