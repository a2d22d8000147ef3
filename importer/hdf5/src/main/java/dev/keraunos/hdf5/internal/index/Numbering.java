package dev.keraunos.hdf5.internal.index;

import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How an array of chunks numbers them: along the last axis first, over as many chunks as the
 * dataset may ever have.
 *
 * @param chunk the shape of one
 * @param axes of the dataset, that which is numbered last in front
 * @param counts how many chunks there may be along each axis; not used for the one in front
 */
record Numbering(Shape chunk, List<Integer> axes, List<Long> counts) {
  /**
   * Of a dataset with no axis without bounds.
   *
   * @param maximum the longest that each of its axes may become
   */
  static Numbering bounded(Shape chunk, List<Long> maximum) {
    return of(chunk, maximum, IntStream.range(0, chunk.rank()).boxed().toList());
  }

  /** Of a dataset with one such axis, which is numbered last. */
  static Numbering unbounded(Shape chunk, List<Long> maximum, int axis) {
    Stream<Integer> others = IntStream.range(0, chunk.rank()).filter(a -> a != axis).boxed();
    return of(chunk, maximum, Stream.concat(Stream.of(axis), others).toList());
  }

  private static Numbering of(Shape chunk, List<Long> maximum, List<Integer> axes) {
    List<Long> counts =
        IntStream.range(0, chunk.rank())
            .mapToObj(axis -> (maximum.get(axis) - 1) / chunk.dim(axis) + 1)
            .toList();
    return new Numbering(chunk, axes, counts);
  }

  /** Where in the dataset the first element of a chunk lies. */
  Shape offset(long number) {
    long[] offset = new long[chunk.rank()];
    long rest = number;
    for (int i = axes.size() - 1; i >= 0; i--) {
      int axis = axes.get(i);
      long count = i == 0 ? Long.MAX_VALUE : Math.max(counts.get(axis), 1);
      offset[axis] = Math.multiplyExact(rest % count, chunk.dim(axis));
      rest /= count;
    }
    return Shape.of(offset);
  }
}
