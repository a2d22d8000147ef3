package dev.keraunos.graph;

import java.util.List;

/**
 * How the spatial axes of a windowed operation are padded. {@code before} and {@code after} count
 * cells per spatial axis and are empty unless the mode is {@link Mode#EXPLICIT}.
 */
public record Padding(Mode mode, List<Integer> before, List<Integer> after) {
  /** The padding modes of Keras, and explicit cells. */
  public enum Mode {
    /** No cells. */
    VALID,
    /** As many cells as make the output ceil(n/stride) long, the odd one after. */
    SAME,
    /** dilation·(k−1) cells before. */
    CAUSAL,
    /** k−1 cells on both sides (Keras 1 with Theano). */
    FULL,
    /** So many cells as are given. */
    EXPLICIT
  }

  /** {@link Mode#VALID}. */
  public static final Padding VALID = new Padding(Mode.VALID, List.of(), List.of());

  /** {@link Mode#SAME}. */
  public static final Padding SAME = new Padding(Mode.SAME, List.of(), List.of());

  /** {@link Mode#CAUSAL}. */
  public static final Padding CAUSAL = new Padding(Mode.CAUSAL, List.of(), List.of());

  /** {@link Mode#FULL}. */
  public static final Padding FULL = new Padding(Mode.FULL, List.of(), List.of());

  /** So many cells before and after each spatial axis. */
  public static Padding explicit(List<Integer> before, List<Integer> after) {
    return new Padding(Mode.EXPLICIT, List.copyOf(before), List.copyOf(after));
  }

  /** Cells before the first of a spatial axis of length n. */
  public long before(int axis, long n, long window, long stride, long dilation) {
    long extent = (window - 1) * dilation + 1;
    return switch (mode) {
      case SAME -> same(n, extent, stride) / 2;
      case CAUSAL, FULL -> extent - 1;
      case EXPLICIT -> before.get(axis);
      default -> 0;
    };
  }

  /** The length of the output along a spatial axis of length n. */
  public long output(int axis, long n, long window, long stride, long dilation) {
    if (n < 0) {
      return n;
    }
    if (mode == Mode.SAME) {
      return (n + stride - 1) / stride;
    }
    long extent = (window - 1) * dilation + 1;
    long padded = n + before(axis, n, window, stride, dilation) + after(axis, extent);
    return Math.max(0, Math.floorDiv(padded - extent, stride) + 1);
  }

  private long after(int axis, long extent) {
    return mode == Mode.FULL ? extent - 1 : mode == Mode.EXPLICIT ? after.get(axis) : 0;
  }

  private static long same(long n, long extent, long stride) {
    return Math.max(((n + stride - 1) / stride - 1) * stride + extent - n, 0);
  }
}
