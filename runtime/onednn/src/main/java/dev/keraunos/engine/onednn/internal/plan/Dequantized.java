package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * A matrix of weights that a graph computes from bytes and scales, one for each block of inputs:
 * {@code cast(bytes) * take(scales, groups)}.
 *
 * @param bytes a matrix
 * @param scales another, with an entry for each block along one of the axes
 */
record Dequantized(Value bytes, Value scales) {
  /**
   * What a value is computed from, if it is such a matrix and the same in every run.
   *
   * @param transposed whether inputs run along the last axis
   */
  static Optional<Dequantized> of(Value value, boolean transposed, Facts facts) {
    Node product = value.producer();
    boolean multiplies =
        product.op() instanceof Op.Binary binary && binary.kind() == BinaryKind.MULTIPLY;
    if (!multiplies || !facts.isConstant(value) || value.dtype() != DType.FLOAT32) {
      return Optional.empty();
    }
    List<Value> factors = product.inputs();
    return of(factors.get(0), factors.get(1), transposed ? 1 : 0, facts)
        .or(() -> of(factors.get(1), factors.get(0), transposed ? 1 : 0, facts));
  }

  private static Optional<Dequantized> of(Value steps, Value scale, int axis, Facts facts) {
    Node cast = steps.producer();
    Node gather = scale.producer();
    boolean fits =
        cast.op() instanceof Op.Cast
            && cast.inputs().get(0).dtype() == DType.INT8
            && gather.op() instanceof Op.Gather taken
            && taken.axis() == axis
            && facts.shape(steps).rank() == 2
            && facts.shape(steps).equals(facts.shape(scale));
    if (!fits) {
      return Optional.empty();
    }
    Value scales = gather.inputs().get(0);
    long inputs = facts.shape(steps).dim(axis);
    long groups = facts.shape(scales).dim(axis);
    Tensor group = facts.constant(gather.inputs().get(1)).orElseThrow();
    return facts.isFloat32(scales) && areBlocks(group, inputs, groups)
        ? Optional.of(new Dequantized(cast.inputs().get(0), scales))
        : Optional.empty();
  }

  /** Whether groups are blocks of one length, one behind the other. */
  private static boolean areBlocks(Tensor group, long inputs, long groups) {
    if (groups == 0 || inputs % groups != 0 || group.size() != inputs) {
      return false;
    }
    for (long i = 0; i < inputs; i++) {
      if (group.getLong(i) != i / (inputs / groups)) {
        return false;
      }
    }
    return true;
  }
}
