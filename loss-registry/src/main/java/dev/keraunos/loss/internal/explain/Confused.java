package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which classes are taken for which: the counts off the diagonal. */
final class Confused {
  /** So many classes make a matrix of 8 MB. */
  private static final int MOST = 1000;

  private static final int TOLD = 3;

  private final int width;

  /** A row for each true class; none before one was taken for another. */
  private long[] counts = {};

  Confused(int classes) {
    width = classes <= MOST ? classes + 1 : 0;
  }

  void add(int truth, int guess, int positions) {
    if (truth != guess && width > 0 && positions > 0) {
      if (counts.length == 0) {
        counts = new long[width * width];
      }
      counts[truth * width + guess] += positions;
    }
  }

  /** What a class is taken for, the most frequent first. */
  List<Explanation.Taken> of(int truth) {
    return counts.length == 0
        ? List.of()
        : IntStream.range(0, width)
            .mapToObj(k -> new Explanation.Taken(k, counts[truth * width + k]))
            .filter(taken -> taken.positions() > 0)
            .sorted(Comparator.comparingLong(Explanation.Taken::positions).reversed())
            .limit(TOLD)
            .toList();
  }
}
