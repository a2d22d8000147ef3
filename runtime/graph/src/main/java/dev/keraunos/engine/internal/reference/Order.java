package dev.keraunos.engine.internal.reference;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;

/** The order of elements of any type. */
final class Order {
  private Order() {}

  /** A number that orders as the element does; both zeros are equal and NaN is above everything. */
  static long key(Tensor x, long index) {
    if (!x.dtype().isFloating()) {
      long value = x.getLong(index);
      return x.dtype() == DType.UINT64 ? value ^ Long.MIN_VALUE : value;
    }
    return key(x.getDouble(index));
  }

  /** The same of a number alone. */
  static long key(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits >= 0 ? bits : bits ^ Long.MAX_VALUE;
  }

  /** The positions of the keys in ascending order; of equal keys, the lower position first. */
  static int[] stable(long[] keys) {
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int[] merged = new int[keys.length];
    for (int width = 1; width > 0 && width < order.length; width *= 2) {
      for (int from = 0; from < order.length; from += 2 * width) {
        merge(keys, order, merged, from, Math.min(from + width, order.length), width);
      }
      int[] swap = order;
      order = merged;
      merged = swap;
    }
    return order;
  }

  private static void merge(long[] keys, int[] from, int[] to, int start, int middle, int width) {
    int end = Math.min(middle + width, from.length);
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      boolean takesLeft = left < middle && (right >= end || keys[from[left]] <= keys[from[right]]);
      to[i] = from[takesLeft ? left++ : right++];
    }
  }
}
