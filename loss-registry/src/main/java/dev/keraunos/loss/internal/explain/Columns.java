package dev.keraunos.loss.internal.explain;

/**
 * Sums of the columns of rows. Rows are added several at a time: sums that are far apart do not
 * wait for each other.
 */
final class Columns {
  private static final int WIDTH = 1024;

  private final int width;
  private final double[] sums;

  Columns(int width) {
    this.width = width;
    sums = new double[Math.max(1, WIDTH / width) * width];
  }

  /** Adds as many elements of whole rows. */
  void add(double[] rows, int count) {
    for (int i = 0; i < count; i += sums.length) {
      int n = Math.min(sums.length, count - i);
      for (int k = 0; k < n; k++) {
        sums[k] += rows[i + k];
      }
    }
  }

  /** Adds as many elements of whole rows. */
  void add(float[] rows, int count) {
    for (int i = 0; i < count; i += sums.length) {
      int n = Math.min(sums.length, count - i);
      for (int k = 0; k < n; k++) {
        sums[k] += rows[i + k];
      }
    }
  }

  /** Adds the sum of each column, times a factor, to a number of it. */
  void addTo(double[] columns, double factor) {
    for (int k = 0; k < sums.length; k++) {
      columns[k % width] += sums[k] * factor;
    }
  }

  double total() {
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }
}
