package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;

/** Where numbers stand among sorted ones, found by halving. */
final class SortedSearch {
  private SortedSearch() {}

  /**
   * How many of the sorted numbers are not above an element, that is how often it is not less: NaN
   * stands behind all, as in TensorFlow's Bucketize.
   *
   * @param sorted ascending, of the type of x
   */
  static Value notAbove(Value x, Tensor sorted) {
    return count(x, sorted, true);
  }

  /** How many of the sorted numbers are below an element; NaN has none below. */
  static Value below(Value x, Tensor sorted) {
    return count(x, sorted, false);
  }

  private static Value count(Value x, Tensor sorted, boolean withEqual) {
    int length = Math.toIntExact(sorted.size());
    if (length == 0) {
      return Ops.cast(Ops.zerosLike(x), DType.INT32);
    }
    Value numbers = Ops.constant(x, sorted);
    Value count = Ops.cast(Ops.zerosLike(x), DType.INT32);
    for (int step = Integer.highestOneBit(length); step > 0; step /= 2) {
      Value next = Ops.add(count, step);
      Value number = Ops.take(numbers, Ops.minimum(Ops.subtract(next, 1), length - 1), 0);
      Value passed = withEqual ? Ops.logicalNot(Ops.less(x, number)) : Ops.less(number, x);
      count = Ops.where(Ops.logicalAnd(passed, Ops.lessEqual(next, length)), next, count);
    }
    return count;
  }
}
