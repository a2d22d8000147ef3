package dev.keraunos.graph.internal.gradient;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import java.util.List;
import java.util.stream.IntStream;

/** Brings gradients into the shapes of what they are gradients of. */
final class Shapes {
  private Shapes() {}

  /** Sums a gradient over the axes along which x was broadcast. */
  static Value reduceTo(Value gradient, Value x) {
    int leading = gradient.rank() - x.rank();
    Value sum = gradient;
    if (leading > 0) {
      sum = Ops.reduce(ReduceKind.SUM, sum, false, IntStream.range(0, leading).toArray());
    }
    Value aligned = sum;
    int[] repeated =
        IntStream.range(0, x.rank())
            .filter(i -> x.shape().dim(i) == 1 && aligned.shape().dim(i) != 1)
            .toArray();
    return repeated.length == 0 ? sum : Ops.reduce(ReduceKind.SUM, sum, true, repeated);
  }

  /** A reduced value with the reduced axes put back, of length 1. */
  static Value expanded(Value reduced, List<Integer> axes, boolean kept) {
    Value result = reduced;
    for (int axis : kept ? List.<Integer>of() : axes) {
      result = Ops.expandDims(result, axis);
    }
    return result;
  }

  /** The elements of a value in the shape of another. */
  static Value like(Value value, Value other) {
    return Ops.reshape(value, Dim.of(other, 1), other);
  }

  static int[] array(List<Integer> axes) {
    return axes.stream().mapToInt(i -> i).toArray();
  }
}
