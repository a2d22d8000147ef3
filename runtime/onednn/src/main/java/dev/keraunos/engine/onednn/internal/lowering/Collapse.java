package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins neighbouring axes along which all operands of an elementwise operation behave alike, each
 * being either as long as the result or broadcast. Where a last axis that is shorter than a vector
 * is left, such as the colours of images, several of its rows become one, beside constants that are
 * repeated.
 */
final class Collapse {
  /** Axes from (inclusive) to (exclusive) that become one. */
  private record Run(int from, int to) {}

  /** Elements of a vector, and of the rows that are made of shorter ones. */
  private static final long VECTOR = 16;

  private static final long ROW = 64;

  private final List<Run> runs;

  /** How many of the last rows become one. */
  private final long rows;

  private Collapse(List<Run> runs, long rows) {
    this.runs = runs;
    this.rows = rows;
  }

  /** The joint axes for dense operands that broadcast to the result. */
  static Collapse of(Shape result, List<View> operands) {
    List<Run> runs = new ArrayList<>();
    List<Boolean> last = List.of();
    for (int axis = 0; axis < result.rank(); axis++) {
      if (result.dim(axis) == 1) {
        continue;
      }
      List<Boolean> broadcast = new ArrayList<>();
      for (View operand : operands) {
        int own = axis - result.rank() + operand.rank();
        broadcast.add(own < 0 || operand.dim(own) == 1);
      }
      if (!runs.isEmpty() && broadcast.equals(last)) {
        runs.set(runs.size() - 1, new Run(runs.get(runs.size() - 1).from(), axis + 1));
      } else {
        runs.add(new Run(axis, axis + 1));
      }
      last = broadcast;
    }
    Collapse collapse = new Collapse(runs, 1);
    return new Collapse(
        runs,
        operands.stream()
                .allMatch(operand -> collapse.canRepeat(collapse.apply(operand, result.rank())))
            ? rows(
                collapse.apply(View.of(new Place.Input(0), DType.FLOAT32, result), result.rank()))
            : 1);
  }

  /** Whether an operand, its axes joined, is all of the result, a number, or a constant row. */
  private boolean canRepeat(View operand) {
    int last = operand.rank() - 1;
    boolean row = last > 0 && operand.size() == operand.dim(last);
    return operand.size() == 1
        || (last > 0 && operand.dim(last) > 1 && operand.dim(last - 1) > 1)
        || (row && operand.place() instanceof Place.Constant);
  }

  private static long rows(View result) {
    int last = result.rank() - 1;
    if (last == 0 || result.dim(last) >= VECTOR) {
      return 1;
    }
    long count = result.dim(last - 1);
    for (long rows = ROW / result.dim(last); rows * rows <= count; rows++) {
      if (count % rows == 0) {
        return rows;
      }
    }
    return 1;
  }

  /** A dense operand, whose rank may be smaller than the result's, with the axes joined. */
  View apply(View operand, int rank) {
    View view = operand.expand(rank);
    long[] dims = new long[Math.max(1, runs.size())];
    dims[0] = 1;
    for (int i = 0; i < runs.size(); i++) {
      dims[i] = 1;
      for (int axis = runs.get(i).from(); axis < runs.get(i).to(); axis++) {
        dims[i] *= view.dim(axis);
      }
    }
    return rows == 1 || operand.size() == 1 ? view.reshape(dims) : inRows(view, dims);
  }

  private View inRows(View view, long[] dims) {
    int last = dims.length - 1;
    long width = dims[last];
    dims[last] *= rows;
    if (view.size() > width) {
      dims[last - 1] /= rows;
      return view.reshape(dims);
    }
    Tensor row = ((Place.Constant) view.place()).tensor();
    Tensor repeated = Tensor.allocate(row.dtype(), Shape.of(dims));
    for (long i = 0; i < rows; i++) {
      repeated.copyFrom(i * width, row, view.byteOffset() / row.dtype().bytes(), width);
    }
    return View.of(new Place.Constant(repeated), row.dtype(), repeated.shape());
  }
}
