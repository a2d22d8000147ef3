package dev.keraunos.loss.internal.evidence;

import dev.keraunos.tensor.Tensor;

/**
 * How far predictions reach, and what they sum to along the last axis, whatever scores there are.
 */
public final class Extent {
  private static final double OUTSIDE = 1e-6;
  private static final double EVEN = 1e-5;

  private long count;
  private long outside;
  private double lowest = Double.POSITIVE_INFINITY;
  private double highest = Double.NEGATIVE_INFINITY;
  private double unevenness;
  private double sum;

  void add(Tensor predictions) {
    int width = predictions.shape().rank() == 0 ? 1 : (int) predictions.shape().dim(-1);
    double[] row = new double[width];
    for (long from = 0; width > 0 && from < predictions.size(); from += width) {
      predictions.read(from, row, 0, width);
      double all = 0;
      for (double p : row) {
        all += p;
        outside += p > 1 + OUTSIDE || p < -OUTSIDE ? 1 : 0;
        lowest = Math.min(lowest, p);
        highest = Math.max(highest, p);
      }
      unevenness = Math.max(unevenness, Math.abs(all - 1));
      sum += all;
    }
    count += predictions.size();
  }

  /** The number of predictions; 0 where nobody asked. */
  public long count() {
    return count;
  }

  /** How many are below 0 or above 1. */
  public long outside() {
    return outside;
  }

  public double lowest() {
    return lowest;
  }

  public double highest() {
    return highest;
  }

  public double mean() {
    return sum / count;
  }

  /** True if they sum to 1 along the last axis and none is negative. */
  public boolean areProbabilities() {
    return count > 0 && outside == 0 && unevenness < EVEN;
  }
}
