package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.gradient.Gradients;
import dev.keraunos.graph.internal.pass.Passes;
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
  private final List<Layout> layouts;
  private final List<String> read;
  private final Optional<Executable> executable;

  private Shares(List<Layout> layouts, List<String> read, Optional<Executable> executable) {
    this.layouts = layouts;
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

  /** Whose shares there are, one after the other. */
  public List<Layout> layouts() {
    return layouts;
  }

  /**
   * The shares of a batch, float64 and in the order of the prediction, one tensor for each layout.
   *
   * @param computed what the graph of the loss gave, by name
   * @param weights what every number of the core counts in the loss; float64, in the core's shape
   */
  public List<Tensor> of(Map<String, Tensor> computed, Tensor weights) {
    List<Tensor> inputs = new ArrayList<>(List.of(weights));
    read.forEach(name -> inputs.add(computed.get(name)));
    return executable.map(e -> e.run(inputs)).orElse(List.of());
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
      Value loss = Ops.multiply(weights, linear(core));
      Map<String, Value> shares = new LinkedHashMap<>();
      cut.leaves()
          .forEach(
              (leaf, layout) -> {
                Value number = linear(leaf);
                Value share = Ops.multiply(number, Gradients.of(builder, loss, number));
                shares.put("share" + shares.size(), ordered(share, layout));
              });
      Graph graph = Passes.eliminateCommonSubexpressions(builder.build(shares));
      return new Shares(
          List.copyOf(cut.leaves().values()),
          read,
          Optional.of(new ReferenceEngine().compile(graph, 1)));
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

    /** A value that the graph of the loss gives under a name. */
    private Value input(Value x) {
      String name =
          outputs.entrySet().stream()
              .filter(output -> output.getValue() == x)
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseGet(() -> key + " given" + read.size());
      outputs.putIfAbsent(name, x);
      read.add(name);
      return builder.input(name, x.type());
    }

    /** Shares along the axes of the prediction. */
    private Value ordered(Value share, Layout layout) {
      List<Integer> order = layout.order();
      List<Integer> sorted = order.stream().sorted().toList();
      if (order.equals(sorted)) {
        return share;
      }
      Shape shape = dependence.shape();
      long[] dims = order.stream().mapToLong(shape::dim).toArray();
      return Ops.transpose(
          Ops.reshape(share, dims), sorted.stream().mapToInt(order::indexOf).toArray());
    }
  }
}
