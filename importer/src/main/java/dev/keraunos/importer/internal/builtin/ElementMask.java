package dev.keraunos.importer.internal.builtin;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A mask of elements in a recurrence, (batch, time, spatial..., units): where it does not hold, an
 * element of a state stays, and one of the output is that of the step before, at first zero. It
 * runs over time as more channels of the sequence.
 *
 * @param x the sequence with the mask behind it on its last axis
 */
record ElementMask(Value x, int channels) {
  /** A mask of steps, if all axes behind the time have length 1, else the mask itself. */
  static Value ofSteps(Value mask) {
    Value steps = mask;
    while (steps != null && steps.rank() > 2 && steps.shape().dim(-1) == 1) {
      steps = Ops.squeeze(steps, steps.rank() - 1);
    }
    return steps == null || steps.rank() == 2 ? steps : mask;
  }

  static boolean is(Value mask) {
    return mask != null && mask.rank() > 2;
  }

  static ElementMask of(Value x, Value mask) {
    if (mask.rank() > x.rank()) {
      throw new InputException(
          "its mask has the shape "
              + mask.shape()
              + "; allowed: at most as many axes as the sequence, "
              + x.shape());
    }
    Value wide = mask;
    while (wide.rank() < x.rank()) {
      wide = Ops.expandDims(wide, -1);
    }
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < x.rank() - 1; axis++) {
      dims.add(new Dim.Same(1, axis));
    }
    dims.add(new Dim.Fixed(wide.shape().dim(-1)));
    Value everywhere =
        x.producer().builder().apply(new Op.BroadcastTo(dims), Ops.cast(wide, x.dtype()), x).get(0);
    return new ElementMask(Ops.concatenate(List.of(x, everywhere), -1), (int) x.shape().dim(-1));
  }

  /** What a step of the sequence holds: the step itself, and where the mask holds. */
  List<Value> parts(Value step) {
    List<Value> parts = Ops.split(step, new int[] {channels}, -1);
    return List.of(parts.get(0), Ops.notEqual(parts.get(1), 0));
  }

  /** The outcome of a step, output and states, where the mask holds, and else what was before. */
  static List<Value> kept(Value holds, List<Value> outcome, List<Value> before) {
    List<Value> kept = new ArrayList<>();
    for (int i = 0; i < outcome.size(); i++) {
      Value old = before.get(i);
      if (!old.shape().accepts(Ops.where(holds, outcome.get(i), old).shape())) {
        throw new InputException(
            "its mask has " + holds.shape() + " elements in a step, a state " + old.shape());
      }
      kept.add(Ops.where(holds, outcome.get(i), old));
    }
    return kept;
  }
}
