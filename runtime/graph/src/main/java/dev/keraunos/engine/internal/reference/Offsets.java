package dev.keraunos.engine.internal.reference;

import dev.keraunos.tensor.Shape;
import java.util.Arrays;

/**
 * Where a tensor stands while all positions of a shape are visited in row-major order. Axes along
 * which it advances evenly are merged.
 */
final class Offsets {
  private final long[] dims;
  private final long[] strides;

  private Offsets(long[] dims, long[] strides) {
    this.dims = dims;
    this.strides = strides;
  }

  /** A tensor broadcast as NumPy does. */
  static Offsets broadcast(Shape from, Shape to) {
    return of(to.toArray(), broadcastStrides(from, to));
  }

  /** How a broadcast tensor advances along each axis of the result: not at all where it repeats. */
  static long[] broadcastStrides(Shape from, Shape to) {
    int missing = to.rank() - from.rank();
    long[] own = from.strides();
    long[] strides = new long[to.rank()];
    for (int i = missing; i < strides.length; i++) {
      strides[i] = from.dim(i - missing) == 1 ? 0 : own[i - missing];
    }
    return strides;
  }

  /** A tensor that advances by these strides along axes of these lengths. */
  static Offsets of(long[] lengths, long[] advance) {
    long[] dims = new long[lengths.length + 1];
    long[] strides = new long[lengths.length + 1];
    int count = 0;
    for (int i = 0; i < lengths.length; i++) {
      if (count > 0 && strides[count - 1] == advance[i] * lengths[i]) {
        dims[count - 1] *= lengths[i];
        strides[count - 1] = advance[i];
      } else if (lengths[i] != 1) {
        dims[count] = lengths[i];
        strides[count++] = advance[i];
      }
    }
    if (count == 0) {
      dims[count++] = 1;
    }
    return new Offsets(Arrays.copyOf(dims, count), Arrays.copyOf(strides, count));
  }

  /** How many positions there are. */
  long size() {
    long size = 1;
    for (long dim : dims) {
      size *= dim;
    }
    return size;
  }

  /** True if the tensor has an element of its own, the next one, for every position. */
  boolean isIdentity() {
    return dims.length == 1 && (strides[0] == 1 || dims[0] == 1);
  }

  /** The length of the last axis after merging. */
  long run() {
    return dims[dims.length - 1];
  }

  /** The advance along the last axis after merging. */
  long step() {
    return strides[strides.length - 1];
  }

  /** The element at a position. */
  long at(long position) {
    long rest = position;
    long offset = 0;
    for (int i = dims.length - 1; i > 0; i--) {
      offset += rest % dims[i] * strides[i];
      rest /= dims[i];
    }
    return offset + rest * strides[0];
  }
}
