package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;

/** A Python slice; null stands for an absent bound. The step is not zero. */
public record Range(Long start, Long stop, long step) {
  /** Everything. */
  public static final Range ALL = new Range(null, null, 1);

  /** Everything, backwards. */
  public static final Range REVERSED = new Range(null, null, -1);

  public Range {
    if (step == 0) {
      throw new InputException("a slice has step 0");
    }
  }

  /** From start on, to before stop. */
  public static Range of(long start, long stop) {
    return new Range(start, stop, 1);
  }

  /** True if every entry is picked, in its order. */
  public boolean isAll() {
    return start == null && stop == null && step == 1;
  }

  /** The first index picked from an axis of length n. */
  public long first(long n) {
    return start == null ? (step > 0 ? 0 : n - 1) : bound(start, n);
  }

  /** How many entries are picked from an axis of length n, which may be unknown. */
  public long length(long n) {
    if (n < 0) {
      return Shape.UNKNOWN;
    }
    long last = stop == null ? (step > 0 ? n : -1) : bound(stop, n);
    long span = step > 0 ? last - first(n) : first(n) - last;
    return span <= 0 ? 0 : (span - 1) / Math.abs(step) + 1;
  }

  private long bound(long index, long n) {
    long positive = index < 0 ? index + n : index;
    return step > 0 ? Math.min(Math.max(positive, 0), n) : Math.min(Math.max(positive, -1), n - 1);
  }
}
