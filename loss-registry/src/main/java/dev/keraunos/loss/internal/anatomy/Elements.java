package dev.keraunos.loss.internal.anatomy;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.moveaxis;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.reduce;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The parts that a sum or mean over channels made scores of: they have the shape of the scores and
 * a last axis of channels, over which they add up to the scores once multiplied by a factor.
 *
 * @param shape of what was reduced
 * @param factor of the parts: &plusmn;1 for a sum, &plusmn;1 / channels for a mean
 * @param reduction in words
 */
record Elements(Value parts, Shape shape, double factor, String reduction) {
  /** The parts of a value, found by walking back to its reduction. */
  static Optional<Elements> of(Value x) {
    Op op = x.producer().op();
    List<Value> in = x.producer().inputs();
    if (op instanceof Op.Cast && in.get(0).dtype().isFloating()) {
      return of(in.get(0));
    }
    if (op instanceof Op.Unary unary && unary.kind() == UnaryKind.NEGATIVE) {
      return of(in.get(0)).map(e -> e.times(-1));
    }
    if (op instanceof Op.Select
        && in.get(2).producer().op() instanceof Op.Constant
        && in.get(1).rank() == x.rank()) {
      Value condition = column(in.get(0));
      Value other = in.get(2);
      return of(in.get(1)).map(e -> e.with(where(condition, e.parts, other)));
    }
    if (op instanceof Op.Binary binary) {
      return ofBinary(binary.kind(), x, in.get(0), in.get(1));
    }
    return op instanceof Op.Reduce reduce ? ofReduce(reduce, in.get(0)) : Optional.empty();
  }

  private static Optional<Elements> ofBinary(BinaryKind kind, Value x, Value a, Value b) {
    Optional<Elements> left = a.rank() == x.rank() ? of(a) : Optional.empty();
    Optional<Elements> right = b.rank() == x.rank() ? of(b) : Optional.empty();
    switch (kind) {
      case MULTIPLY:
        return left.isPresent()
            ? left.map(e -> e.with(multiply(e.parts, column(b))))
            : right.map(e -> e.with(multiply(column(a), e.parts)));
      case DIVIDE:
        return left.map(e -> e.with(divide(e.parts, column(b))));
      case ADD:
      case SUBTRACT:
        return left.isPresent() && right.isPresent()
            ? left.get().plus(right.get(), kind == BinaryKind.ADD ? 1 : -1)
            : Optional.empty();
      default:
        return Optional.empty();
    }
  }

  private static Optional<Elements> ofReduce(Op.Reduce op, Value x) {
    boolean linear = op.kind() == ReduceKind.MEAN || op.kind() == ReduceKind.SUM;
    List<Integer> axes = op.axes();
    if (!linear || op.keepDims() || axes.isEmpty() || axes.contains(0) || !x.dtype().isFloating()) {
      return Optional.empty();
    }
    int channel = axes.get(axes.size() - 1);
    long channels = x.shape().dim(channel);
    if (channels < 0) {
      return Optional.empty();
    }
    int[] others = axes.stream().mapToInt(i -> i).filter(axis -> axis != channel).toArray();
    Value last = others.length == 0 ? x : reduce(op.kind(), x, false, others);
    boolean isLast = channel == x.rank() - 1;
    Value parts = isLast && others.length == 0 ? x : moveaxis(last, channel - others.length, -1);
    double factor = op.kind() == ReduceKind.MEAN ? 1.0 / channels : 1;
    String words =
        op.kind().name().toLowerCase(Locale.ROOT) + " over axis " + (isLast ? -1 : channel);
    return Optional.of(new Elements(parts, x.shape(), factor, words));
  }

  private Optional<Elements> plus(Elements other, double sign) {
    if (parts.shape().dim(-1) != other.parts.shape().dim(-1)) {
      return Optional.empty();
    }
    double scale = sign * other.factor / factor;
    Value scaled = scale == 1 ? other.parts : multiply(other.parts, scale);
    return Optional.of(with(add(parts, scaled)));
  }

  private Elements times(double sign) {
    return new Elements(parts, shape, factor * sign, reduction);
  }

  private Elements with(Value other) {
    return new Elements(other, shape, factor, reduction);
  }

  private static Value column(Value x) {
    return x.rank() == 0 ? x : expandDims(x, -1);
  }
}
