package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.reduce.Sums;
import dev.keraunos.tensor.Tensor;

/**
 * Sums over the elements of targets and predictions of one shape, by channel of the last axis, each
 * element weighing what its position counts in the loss.
 */
public final class Elements {
  /** What is summed up for a channel. */
  public enum Sum {
    WEIGHT,
    TARGET,
    TARGET_SQUARED,
    PREDICTION,
    PREDICTION_SQUARED,
    ERROR,
    SQUARED_ERROR,
    /** −(y ln y + (1 − y) ln(1 − y)). */
    BINARY_ENTROPY,
    /** −y ln y. */
    ENTROPY
  }

  private static final int WIDEST = 64;
  private static final int BLOCK = 4096;
  private static final double OUTSIDE = 1e-6;
  private static final double EVEN = 1e-5;

  private Sums[] sums;
  private Thinned[] targets;
  private int channels;
  private boolean whole = true;
  private boolean labelled;
  private boolean seen;
  private long count;
  private long above;
  private long below;
  private long between;
  private long fractional;
  private long negative;
  private final Sums aboveShares = new Sums(1);
  private double largest = Double.NEGATIVE_INFINITY;
  private double smallest = Double.POSITIVE_INFINITY;
  private long outside;
  private double lowest = Double.POSITIVE_INFINITY;
  private double highest = Double.NEGATIVE_INFINITY;
  private double rowTargets;
  private double rowPredictions;
  private double unevenness;
  private long rows;

  /**
   * Adds a batch whose targets have as many elements as its predictions. Of one with a label for
   * each position the predictions alone are looked at.
   */
  void add(Seen seen) {
    Tensor y = seen.batch().yTrue();
    Tensor p = seen.batch().yPred();
    int width = p.shape().rank() == 0 ? 0 : (int) p.shape().dim(-1);
    boolean labels = width > 1 && y.size() * width == p.size();
    boolean fits = (labels || y.size() == p.size()) && width > 0 && seen.isPlaced();
    labelled |= labels;
    whole &= fits && (sums == null || width == channels);
    if (!whole) {
      return;
    }
    this.seen = true;
    if (sums == null) {
      begin(width);
    }
    int step = Math.max(1, BLOCK / width);
    double[] ys = new double[step * width];
    double[] ps = new double[step * width];
    int positions = (int) (p.size() / width);
    for (int from = 0; from < positions; from += step) {
      int n = Math.min(step, positions - from);
      if (!labels) {
        y.read((long) from * width, ys, 0, n * width);
      }
      p.read((long) from * width, ps, 0, n * width);
      for (int row = 0; row < n; row++) {
        addRow(ys, ps, row * width, seen, from + row);
      }
    }
  }

  private void begin(int width) {
    channels = width;
    sums = new Sums[Sum.values().length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = new Sums(kept());
    }
    targets = new Thinned[kept()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = new Thinned(2);
    }
  }

  /** Wider predictions are summed up as if they had one channel. */
  private int kept() {
    return channels <= WIDEST ? channels : 1;
  }

  private void addRow(double[] ys, double[] ps, int from, Seen seen, int position) {
    double weight = seen.coefficient(position);
    long before = above;
    double sumY = 0;
    double sumP = 0;
    for (int k = 0; k < channels; k++) {
      double y = ys[from + k];
      double p = ps[from + k];
      sumY += y;
      sumP += p;
      range(y, p, weight);
      add(channels <= WIDEST ? k : 0, y, p, weight);
    }
    if (above > before) {
      aboveShares.batch[0] += weight * seen.batch().scores().at(position);
    }
    if (weight != 0) {
      rows++;
      rowTargets += sumY;
      rowPredictions += sumP;
      unevenness = Math.max(unevenness, Math.abs(sumP - 1));
    }
  }

  private void range(double y, double p, double weight) {
    if (weight == 0) {
      return;
    }
    count++;
    largest = Math.max(largest, y);
    smallest = Math.min(smallest, y);
    above += y > 1 + OUTSIDE ? 1 : 0;
    below += y < -OUTSIDE ? 1 : 0;
    between += y != 0 && y != 1 ? 1 : 0;
    fractional += y != Math.rint(y) ? 1 : 0;
    negative += p < 0 ? 1 : 0;
    outside += p > 1 + OUTSIDE || p < -OUTSIDE ? 1 : 0;
    highest = Math.max(highest, p);
    lowest = Math.min(lowest, p);
  }

  private void add(int k, double y, double p, double weight) {
    put(Sum.WEIGHT, k, weight);
    put(Sum.TARGET, k, weight * y);
    put(Sum.TARGET_SQUARED, k, weight * y * y);
    put(Sum.PREDICTION, k, weight * p);
    put(Sum.PREDICTION_SQUARED, k, weight * p * p);
    put(Sum.ERROR, k, weight * Math.abs(p - y));
    put(Sum.SQUARED_ERROR, k, weight * (p - y) * (p - y));
    double own = plogp(y);
    put(Sum.ENTROPY, k, own * weight);
    put(Sum.BINARY_ENTROPY, k, (own + plogp(1 - y)) * weight);
    if (weight != 0 && targets[k].takes()) {
      targets[k].put(y, weight);
    }
  }

  private static double plogp(double y) {
    return y > 0 && y != 1 ? -y * Math.log(y) : 0;
  }

  private void put(Sum sum, int k, double value) {
    sums[sum.ordinal()].batch[k] += value;
  }

  /** A batch was left out, whose classes tell what is to know. */
  void skip() {
    whole = false;
  }

  void endBatch(double weight) {
    aboveShares.endBatch(weight);
    if (sums != null) {
      for (Sums sum : sums) {
        sum.endBatch(weight);
      }
      for (Thinned thinned : targets) {
        thinned.endBatch(1, weight);
      }
    }
  }

  /** True if all batches were added. */
  public boolean areKnown() {
    return whole && seen && !labelled;
  }

  /** True if the predictions of all batches were looked at. */
  public boolean arePredictionsKnown() {
    return whole && seen;
  }

  public int channels() {
    return channels;
  }

  /** True if channels were not told apart. */
  public boolean areJoined() {
    return channels > WIDEST;
  }

  /** How many sums there are of each kind. */
  public int kinds() {
    return kept();
  }

  public double sum(Sum sum, int channel) {
    return sums[sum.ordinal()].total[channel];
  }

  public double sum(Sum sum) {
    return sums[sum.ordinal()].total();
  }

  /** The mean of a sum over what counts. */
  public double mean(Sum sum, int channel) {
    return sum(sum, channel) / sum(Sum.WEIGHT, channel);
  }

  /** Targets of a channel with their weights, all or every so many. */
  public Thinned targets(int channel) {
    return targets[channel];
  }

  /** The number of elements that count. */
  public long count() {
    return count;
  }

  /** How many targets are above 1. */
  public long above() {
    return above;
  }

  /** What positions with targets above 1 add to the loss, times the weight of their batches. */
  public double sharesOfAbove() {
    return aboveShares.total();
  }

  /** How many targets are below 0. */
  public long below() {
    return below;
  }

  /** How many targets are neither 0 nor 1. */
  public long notBinary() {
    return between;
  }

  /** How many targets are no whole numbers. */
  public long fractional() {
    return fractional;
  }

  /** How many predictions are below 0. */
  public long negative() {
    return negative;
  }

  public double largestTarget() {
    return largest;
  }

  public double smallestTarget() {
    return smallest;
  }

  /** How many predictions are below 0 or above 1. */
  public long outside() {
    return outside;
  }

  public double lowest() {
    return lowest;
  }

  public double highest() {
    return highest;
  }

  /** The sum over the channels of a position's targets, on the average. */
  public double rowOfTargets() {
    return rowTargets / rows;
  }

  /** The sum over the channels of a position's predictions, on the average. */
  public double rowOfPredictions() {
    return rowPredictions / rows;
  }

  /** True if the channels of every prediction sum to 1 and none is negative. */
  public boolean areProbabilities() {
    return channels > 1 && outside == 0 && unevenness < EVEN;
  }
}
