package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins neighbouring axes along which all operands of an elementwise operation behave alike, each
 * being either as long as the result or broadcast.
 */
final class Collapse {
  /** Axes from (inclusive) to (exclusive) that become one. */
  private record Run(int from, int to) {}

  private final List<Run> runs;

  private Collapse(List<Run> runs) {
    this.runs = runs;
  }

  /** The joint axes for operands that broadcast to the result. */
  static Collapse of(Shape result, List<Shape> operands) {
    List<Run> runs = new ArrayList<>();
    List<Boolean> last = List.of();
    for (int axis = 0; axis < result.rank(); axis++) {
      if (result.dim(axis) == 1) {
        continue;
      }
      List<Boolean> broadcast = new ArrayList<>();
      for (Shape operand : operands) {
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
    return new Collapse(runs);
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
    return view.reshape(dims);
  }
}
