package dev.keraunos.graph.internal.gradient;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Gradients of operations that cut axes or make them longer. */
final class Slices {
  private Slices() {}

  static List<Value> slice(Op.Slice op, Step step) {
    Value gradient = step.gradient();
    for (int axis = 0; axis < op.ranges().size(); axis++) {
      Range range = op.ranges().get(axis);
      if (range.equals(Range.REVERSED)) {
        gradient = Ops.flip(gradient, axis);
      } else if (!range.equals(Range.ALL)) {
        gradient = spread(gradient, axis, range, step);
      }
    }
    return List.of(gradient);
  }

  /** Puts what a range picked back in its place, zeros elsewhere. */
  private static Value spread(Value picked, int axis, Range range, Step step) {
    long length = step.in(0).shape().dim(axis);
    if (length >= 0 && range.step() != 1) {
      return placed(picked, axis, range, length);
    }
    boolean fromEnds =
        (range.start() == null || range.start() >= 0) && (range.stop() == null || range.stop() < 0);
    if (range.step() != 1 || (length < 0 && !fromEnds)) {
      throw new KeraunosException(
          "there is no derivative of a slice of an axis of unknown length at " + step.node());
    }
    long first = length < 0 ? (range.start() == null ? 0 : range.start()) : range.first(length);
    long rest =
        length < 0
            ? (range.stop() == null ? 0 : -range.stop())
            : length - first - range.length(length);
    return padded(picked, axis, first, rest);
  }

  private static Value padded(Value x, int axis, long before, long after) {
    List<Long> first = new ArrayList<>(Collections.nCopies(x.rank(), 0L));
    List<Long> last = new ArrayList<>(first);
    first.set(axis, before);
    last.set(axis, after);
    return Ops.pad(x, first, last);
  }

  /** Every cell of the axis takes the picked one that came from it, or the zero after them all. */
  private static Value placed(Value picked, int axis, Range range, long length) {
    long count = range.length(length);
    int[] origin = new int[Math.toIntExact(length)];
    Arrays.fill(origin, Math.toIntExact(count));
    for (int i = 0; i < count; i++) {
      origin[Math.toIntExact(range.first(length) + i * range.step())] = i;
    }
    Value indices = Ops.constant(picked, Tensor.of(origin, length));
    return Ops.take(padded(picked, axis, 0, 1), indices, axis);
  }

  static List<Value> concat(Op.Concat op, Step step) {
    List<Value> parts = new ArrayList<>();
    long at = 0;
    for (Value input : step.node().inputs()) {
      long length = input.shape().dim(op.axis());
      if (length < 0) {
        throw new KeraunosException(
            "there is no derivative of a concatenation of unknown lengths at " + step.node());
      }
      parts.add(Ops.sliceAxis(step.gradient(), op.axis(), Range.of(at, at + length)));
      at += length;
    }
    return parts;
  }

  static List<Value> pad(Op.Pad op, Step step) {
    if (op.mode() != Op.Pad.Mode.CONSTANT) {
      throw new KeraunosException("there is no derivative of mirrored cells at " + step.node());
    }
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < op.before().size(); i++) {
      long after = op.after().get(i);
      ranges.add(new Range(op.before().get(i), after == 0 ? null : -after, 1));
    }
    return List.of(Ops.slice(step.gradient(), ranges.toArray(Range[]::new)));
  }
}
