package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.internal.reference.ReferenceKernels;
import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.PackedWeights;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What is known of the values of a graph before it runs: types, constants and which are finite. */
final class Facts {
  /** Constants of fewer elements are looked at, those of more judged by what computes them. */
  private static final long CHEAP = 1 << 16;

  private final Map<Value, TensorType> types = new HashMap<>();
  private final Map<Value, Supplier<Tensor>> constants = new HashMap<>();
  private final Set<Value> lasting = new HashSet<>();
  private final PackedWeights weights;
  private final Finiteness finiteness = new Finiteness();

  /**
   * What follows from the types of the inputs.
   *
   * @param finite whether the inputs hold neither NaN nor infinities
   * @param weights keeps what follows from constants alone, for all plans
   */
  Facts(Graph graph, List<TensorType> inputs, boolean finite, PackedWeights weights) {
    this.weights = weights;
    for (int i = 0; i < inputs.size(); i++) {
      types.put(graph.inputs().get(i), inputs.get(i));
      if (!finite) {
        finiteness.doubt(graph.inputs().get(i));
      }
    }
    for (Node node : graph.nodes()) {
      if (!(node.op() instanceof Op.Input)) {
        List<TensorType> out = node.infer(node.inputs().stream().map(types::get).toList());
        node.outputs().forEach(value -> types.put(value, out.get(value.index())));
        fold(node);
        noteFiniteness(node);
      }
    }
  }

  /** Nodes of which nothing that they read depends on the data of a run are computed once asked. */
  private void fold(Node node) {
    if (node.op() instanceof Op.Constant constant) {
      constants.put(node.output(), constant::value);
      lasting.add(node.output());
    } else if (operands(node).allMatch(constants::containsKey)) {
      if (lasting.containsAll(node.inputs())) {
        lasting.addAll(node.outputs());
      }
      Computed computed = new Computed(node);
      node.outputs().forEach(value -> constants.put(value, () -> computed.result(value)));
    }
  }

  /** The results of a node, computed when the first of them is asked for. */
  private final class Computed {
    private final Node node;
    private List<Tensor> results;

    Computed(Node node) {
      this.node = node;
    }

    Tensor result(Value value) {
      if (results == null) {
        results = lasting.contains(value) ? weights.computed(node, this::compute) : compute();
      }
      return results.get(value.index());
    }

    private List<Tensor> compute() {
      List<Tensor> in = operands(node).map(constants::get).map(Supplier::get).toList();
      List<Tensor> out = node.outputs().stream().map(Facts.this::allocate).toList();
      ReferenceKernels.run(concrete(node), in, out);
      return out;
    }
  }

  private void noteFiniteness(Node node) {
    boolean constant = constants.containsKey(node.outputs().get(0));
    boolean cheap = node.op() instanceof Op.Constant || shape(node.outputs().get(0)).size() < CHEAP;
    if (constant && cheap) {
      node.outputs().forEach(value -> finiteness.add(value, constants.get(value).get()));
    } else {
      boolean divides = node.op() instanceof Op.Binary;
      finiteness.add(node, divides ? constant(node.inputs().get(1)).orElse(null) : null);
    }
  }

  private Tensor allocate(Value value) {
    return Tensor.allocate(type(value).dtype(), shape(value));
  }

  /** The inputs of a node that carry data and do not only lend dimensions. */
  static Stream<Value> operands(Node node) {
    if (node.op() instanceof Op.Fill || node.op() instanceof Op.Iota) {
      return Stream.empty();
    }
    boolean one = node.op() instanceof Op.Reshape || node.op() instanceof Op.BroadcastTo;
    return node.inputs().stream().limit(one ? 1 : node.inputs().size());
  }

  /** The operation of a node in terms of its operands alone. */
  Op concrete(Node node) {
    List<Dim> dims = Dim.of(shape(node.outputs().get(0)).toArray());
    if (node.op() instanceof Op.Fill fill) {
      return new Op.Fill(fill.dtype(), fill.value(), dims);
    } else if (node.op() instanceof Op.Iota iota) {
      return new Op.Iota(iota.dtype(), dims, iota.axis());
    } else if (node.op() instanceof Op.Reshape) {
      return new Op.Reshape(dims);
    }
    return node.op() instanceof Op.BroadcastTo ? new Op.BroadcastTo(dims) : node.op();
  }

  TensorType type(Value value) {
    return types.get(value);
  }

  Shape shape(Value value) {
    return types.get(value).shape();
  }

  /** The value's tensor if it is the same in every run. */
  Optional<Tensor> constant(Value value) {
    return Optional.ofNullable(constants.get(value)).map(Supplier::get);
  }

  boolean isConstant(Value value) {
    return constants.containsKey(value);
  }

  /** Whether a value is known to hold neither NaN nor infinities. */
  boolean finite(Value value) {
    return finiteness.holds(value);
  }

  /** Whether all that a node reads is known to hold neither NaN nor infinities. */
  boolean finite(Node node) {
    return operands(node).allMatch(finiteness::holds);
  }

  /** Whether a node's results must be computed in every run. */
  boolean computes(Node node) {
    boolean source = node.op() instanceof Op.Input || isConstant(node.outputs().get(0));
    return !source && !(node.op() instanceof Op.Reshape);
  }

  /**
   * Whether a node multiplies with a matrix of bytes that is the same in every run, and oneDNN does
   * so exactly.
   */
  boolean isProductOfBytes(Node node) {
    if (!(node.op() instanceof Op.MatMul) || type(node.inputs().get(1)).dtype() != DType.INT8) {
      return false;
    }
    Value right = node.inputs().get(1);
    DType left = type(node.inputs().get(0)).dtype();
    boolean sums = left == DType.FLOAT32 || (left == DType.INT8 && Library.sumsBytes());
    boolean empty = shape(node.output()).size() == 0 || shape(right).size() == 0;
    return sums && !empty && isConstant(right) && shape(right).rank() == 2;
  }

  boolean isFloat32(Value value) {
    return type(value).dtype() == DType.FLOAT32;
  }

  /**
   * Whether all that a node reads and writes are float32 elements, at least one each, masks apart.
   */
  boolean isFloat32(Node node) {
    boolean masked = node.op() instanceof Op.Rnn rnn && rnn.mask();
    return Stream.concat(
            operands(node).limit(node.inputs().size() - (masked ? 1 : 0)), node.outputs().stream())
        .map(types::get)
        .allMatch(type -> type.dtype() == DType.FLOAT32 && type.shape().size() > 0);
  }
}
