package dev.keraunos.engine.onednn.internal.run;

import java.util.Arrays;

/** When the steps of each run began and ended; shared by the threads of a run. */
final class Stopwatch {
  private final long[][] began;
  private final long[][] ended;
  private int run = -1;

  Stopwatch(int runs, int steps) {
    began = new long[runs][steps];
    ended = new long[runs][steps];
  }

  void nextRun() {
    run++;
  }

  /** A step's first tile is taken. */
  void begin(int step) {
    began[run][step] = System.nanoTime();
  }

  /** A step's last tile is done. */
  void end(int step) {
    ended[run][step] = System.nanoTime();
  }

  /** The median over all runs. */
  double seconds(int step) {
    long[] nanos = new long[began.length];
    Arrays.setAll(nanos, i -> ended[i][step] - began[i][step]);
    Arrays.sort(nanos);
    return nanos[nanos.length / 2] / 1e9;
  }
}
