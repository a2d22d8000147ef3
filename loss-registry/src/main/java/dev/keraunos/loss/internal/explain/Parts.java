package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums over consecutive ranges that come one after the other. There are at most 512: when more
 * arrive, neighbours are joined, so memory does not grow with their number.
 */
final class Parts {
  static final int LIMIT = 512;

  private final long[] ends = new long[LIMIT];
  private final double[] sums = new double[LIMIT];
  private int count;
  private int joined = 1;
  private int open;

  /** Adds the sum of a range from where the last one ended. */
  void add(long end, double sum) {
    if (open > 0 && open < joined) {
      ends[count - 1] = end;
      sums[count - 1] += sum;
      open++;
      return;
    }
    if (count == LIMIT) {
      join();
    }
    ends[count] = end;
    sums[count] = sum;
    count++;
    open = 1;
  }

  private void join() {
    for (int i = 0; i < LIMIT / 2; i++) {
      ends[i] = ends[2 * i + 1];
      sums[i] = sums[2 * i] + sums[2 * i + 1];
    }
    count = LIMIT / 2;
    joined *= 2;
  }

  List<Explanation.Part> times(double factor) {
    List<Explanation.Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(new Explanation.Part(i == 0 ? 0 : ends[i - 1], ends[i], sums[i] * factor));
    }
    return parts;
  }
}
