package dev.keraunos.loss.internal.evidence;

import java.util.Arrays;

/**
 * Every k-th of some rows of numbers, where k grows so that memory does not; all of them while they
 * are few.
 */
public final class Thinned {
  private static final int LIMIT = 1 << 17;

  private final int width;
  private double[] rows;
  private int count;
  private long seen;
  private long step = 1;

  /** The first row of the batch. */
  private int begun;

  Thinned(int width) {
    this.width = width;
    rows = new double[64 * width];
  }

  /** True for the rows that are kept, and so need be put together. */
  boolean takes() {
    return seen++ % step == 0;
  }

  /** Keeps a row that it takes. */
  void put(double... row) {
    if ((count + 1) * width > rows.length) {
      if (rows.length >= LIMIT * width) {
        thin();
      } else {
        rows = Arrays.copyOf(rows, 2 * rows.length);
      }
    }
    System.arraycopy(row, 0, rows, count * width, width);
    count++;
  }

  private void thin() {
    for (int i = 0; 2 * i < count; i++) {
      System.arraycopy(rows, 2 * i * width, rows, i * width, width);
    }
    count = (count + 1) / 2;
    begun = (begun + 1) / 2;
    step *= 2;
  }

  /** Multiplies a column of the rows that were kept since the last batch by its weight. */
  void endBatch(int column, double weight) {
    for (int i = begun; i < count; i++) {
      rows[i * width + column] *= weight;
    }
    begun = count;
  }

  /** The number of rows kept. */
  public int count() {
    return count;
  }

  /** True if these are all there were. */
  public boolean isWhole() {
    return step == 1;
  }

  /** A number of a row. */
  public double at(int row, int column) {
    return rows[row * width + column];
  }
}
