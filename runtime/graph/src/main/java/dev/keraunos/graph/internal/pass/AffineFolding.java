package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes constant factors and offsets per channel, such as those of batch normalization, into the
 * kernels of the convolutions and matrix products around them.
 */
final class AffineFolding {
  /** A linear operation with a constant kernel, and a constant (channels) added to it or null. */
  private record Chain(Op op, Value x, Tensor kernel, Tensor offset) {
    Value write(GraphBuilder builder) {
      Value y = builder.apply(op, x, builder.constant(kernel)).get(0);
      return offset == null
          ? y
          : builder.apply(new Op.Binary(BinaryKind.ADD), y, builder.constant(offset)).get(0);
    }
  }

  private final Uses uses;

  /**
   * The chains that nothing but the next operation uses, by what stands for them in the new graph.
   */
  private final Map<Value, Chain> open = new HashMap<>();

  private AffineFolding(Uses uses) {
    this.uses = uses;
  }

  static Graph run(Graph graph) {
    return GraphCopy.rewrite(graph, new AffineFolding(new Uses(graph))::fold);
  }

  private List<Value> fold(Node node, List<Value> in, GraphBuilder builder) {
    Chain chain = null;
    if (isLinear(node.op()) && isWide(in.get(0))) {
      chain = linear(node, in);
    } else if (node.op() instanceof Op.Binary binary) {
      chain = extended(binary.kind(), in);
    }
    if (chain == null) {
      return null;
    }
    Value result = chain.write(builder);
    if (uses.isSingle(node.output())) {
      open.put(result, chain);
    }
    return List.of(result);
  }

  private static boolean isLinear(Op op) {
    return op instanceof Op.Conv || op instanceof Op.ConvTranspose || op instanceof Op.MatMul;
  }

  /** Half precision would lose digits of the kernel. */
  private static boolean isWide(Value x) {
    return x.dtype().isFloating() && x.dtype().bytes() >= 4;
  }

  /** A linear operation, with the factors of its operand taken into its kernel. */
  private Chain linear(Node node, List<Value> in) {
    Tensor kernel = Constants.tensor(in.get(1)).orElse(null);
    if (kernel == null || !kernel.dtype().isFloating()) {
      return null;
    }
    Value x = in.get(0);
    boolean only = uses.isSingle(node.inputs().get(0));
    if (only && x.producer().op() instanceof Op.Binary binary && scales(binary.kind())) {
      List<Value> operands = x.producer().inputs();
      boolean first = Constants.isConstant(operands.get(0)) && binary.kind() == BinaryKind.MULTIPLY;
      Value scaled = operands.get(first ? 1 : 0);
      Optional<Tensor> factor = vector(operands.get(first ? 0 : 1), x.shape().dim(-1));
      int axis = inputAxis(node.op(), factor.map(Tensor::size).orElse(1L));
      if (factor.isPresent() && axis != 0 && scaled.type().equals(x.type())) {
        Tensor taken = along(binary.kind(), kernel, factor.get(), axis);
        if (isFinite(taken)) {
          return new Chain(node.op(), scaled, taken, null);
        }
      }
    }
    return new Chain(node.op(), x, kernel, null);
  }

  private static boolean scales(BinaryKind kind) {
    return kind == BinaryKind.MULTIPLY || kind == BinaryKind.DIVIDE;
  }

  /**
   * The axis of the kernel, from the end, that runs over the channels of x; 0 if none alone does.
   */
  private static int inputAxis(Op op, long factors) {
    if (factors == 1) {
      return -1;
    }
    if (op instanceof Op.MatMul product) {
      return product.transposeA() ? 0 : product.transposeB() ? -1 : -2;
    }
    return op instanceof Op.Conv conv ? (conv.groups() == 1 ? -2 : 0) : -1;
  }

  /** The axis of the kernel, from the end, that runs over the channels of the result. */
  private static int outputAxis(Op op) {
    boolean transposed = op instanceof Op.MatMul product && product.transposeB();
    return transposed || op instanceof Op.ConvTranspose ? -2 : -1;
  }

  /** A chain with one more operation on its result, or null. */
  private Chain extended(BinaryKind kind, List<Value> in) {
    boolean first = open.containsKey(in.get(0));
    Value chained = in.get(first ? 0 : 1);
    Chain chain = open.get(chained);
    if (chain == null || chained.rank() < in.get(first ? 1 : 0).rank()) {
      return null;
    }
    Tensor constant = vector(in.get(first ? 1 : 0), chained.shape().dim(-1)).orElse(null);
    if (constant == null) {
      return null;
    }
    Chain longer =
        switch (kind) {
          case ADD ->
              new Chain(chain.op(), chain.x(), chain.kernel(), sum(chain.offset(), constant));
          case SUBTRACT -> first ? extended(chain, kind, constant) : null;
          case MULTIPLY -> scaled(chain, kind, constant);
          case DIVIDE -> first ? scaled(chain, kind, constant) : null;
          default -> null;
        };
    return longer != null && isFinite(longer.kernel()) && isFinite(longer.offset()) ? longer : null;
  }

  private static Chain extended(Chain chain, BinaryKind kind, Tensor constant) {
    Tensor zero = Tensor.scalar(constant.dtype(), 0);
    Tensor before = chain.offset() == null ? zero : chain.offset();
    Tensor offset = Constants.compute(new Op.Binary(kind), before, constant);
    return new Chain(chain.op(), chain.x(), chain.kernel(), offset);
  }

  private static Tensor sum(Tensor offset, Tensor constant) {
    return offset == null
        ? constant
        : Constants.compute(new Op.Binary(BinaryKind.ADD), offset, constant);
  }

  private static Chain scaled(Chain chain, BinaryKind kind, Tensor factor) {
    Tensor kernel = along(kind, chain.kernel(), factor, outputAxis(chain.op()));
    Tensor offset =
        chain.offset() == null
            ? null
            : Constants.compute(new Op.Binary(kind), chain.offset(), factor);
    return new Chain(chain.op(), chain.x(), kernel, offset);
  }

  /** A kernel multiplied or divided by factors along an axis counted from the end. */
  private static Tensor along(BinaryKind kind, Tensor kernel, Tensor factor, int axis) {
    Shape shape = axis == -1 ? Shape.of(factor.size()) : Shape.of(factor.size(), 1);
    return Constants.compute(new Op.Binary(kind), kernel, factor.reshape(shape));
  }

  /** A constant that differs along the last axis at most, as (channels) or (1). */
  private static Optional<Tensor> vector(Value value, long channels) {
    return Constants.tensor(value)
        .filter(t -> t.size() == 1 || (t.size() == channels && t.shape().dim(-1) == channels))
        .map(t -> t.reshape(t.size()));
  }

  private static boolean isFinite(Tensor tensor) {
    if (tensor == null) {
      return true;
    }
    Tensor finite = Constants.compute(new Op.Unary(UnaryKind.IS_FINITE, 0, 0), tensor);
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < tensor.shape().rank(); i++) {
      axes.add(i);
    }
    return Constants.compute(new Op.Reduce(ReduceKind.ALL, axes, false), finite).getLong(0) != 0;
  }
}
