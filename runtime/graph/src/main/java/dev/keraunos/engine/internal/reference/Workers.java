package dev.keraunos.engine.internal.reference;

import java.util.stream.IntStream;

/** The threads that one run may use: rows are split into as many consecutive ranges. */
record Workers(int threads) {
  /** The calling thread alone. */
  static final Workers CALLER = new Workers(1);

  /** How many elementary steps a thread must get to be worth waking. */
  private static final long WORTHWHILE = 1 << 15;

  /** A range of rows that does not touch what other ranges write. */
  interface Rows {
    void run(long from, long to);
  }

  /**
   * Runs all rows.
   *
   * @param cost roughly how many elementary steps a row takes
   */
  void split(long rows, double cost, Rows task) {
    int parts = (int) Math.min(Math.min(threads, rows), rows * cost / WORTHWHILE);
    if (parts <= 1) {
      task.run(0, rows);
    } else {
      IntStream.range(0, parts)
          .parallel()
          .forEach(i -> task.run(part(rows, i, parts), part(rows, i + 1L, parts)));
    }
  }

  private static long part(long rows, long i, int parts) {
    return rows / parts * i + rows % parts * i / parts;
  }
}
