package dev.keraunos.graph.internal.gradient;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import java.util.List;

/** Gradients of operations that pick elements by index: sums over where each was picked to. */
final class Picks {
  private Picks() {}

  static List<Value> gather(Op.Gather op, Step step) {
    Value x = step.in(0);
    Value indices = Ops.reshape(step.in(1), -1);
    Value g = step.gradient();
    // The axes of the indices, taken together, as the last one; then back to the place of the axis.
    for (int i = 0; i < step.in(1).rank(); i++) {
      g = Ops.moveaxis(g, op.axis(), -1);
    }
    List<Dim> dims = Dim.of(x, 1);
    dims.remove(op.axis());
    dims.add(new Dim.Inferred());
    Value rows = Ops.reshape(g, dims, x);
    Value where = oneHot(step, indices, length(step, op.axis()));
    boolean vector = rows.rank() == 1;
    Value sums = Ops.matmul(vector ? Ops.expandDims(rows, 0) : rows, where);
    return List.of(Ops.moveaxis(vector ? Ops.squeeze(sums, 0) : sums, -1, op.axis()));
  }

  /** The gradient of x, of whose axis elements were picked by indices of the same rank. */
  static Value along(Step step, Value gradient, Value indices, int axis) {
    long length = length(step, axis);
    Value where = oneHot(step, Ops.moveaxis(indices, axis, -1), length);
    Value g = Ops.expandDims(Ops.moveaxis(gradient, axis, -1), -1);
    return Ops.moveaxis(Ops.sum(Ops.multiply(g, where), -2), -1, axis);
  }

  private static long length(Step step, int axis) {
    long length = step.in(0).shape().dim(axis);
    if (length < 0) {
      throw new KeraunosException(
          "there is no derivative of picking from an axis of unknown length at " + step.node());
    }
    return length;
  }

  private static Value oneHot(Step step, Value indices, long length) {
    Value wrapped =
        indices.dtype().isUnsigned()
            ? indices
            : Ops.where(Ops.less(indices, 0), Ops.add(indices, length), indices);
    return step.apply(new Op.OneHot(Math.toIntExact(length), step.gradient().dtype()), wrapped);
  }
}
