package dev.keraunos.loss.internal.evidence;

import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;

/** Predictions with their labels, for the area under the curve by rank. */
public final class Ranking {
  private final Thinned pairs = new Thinned(2);
  private boolean known = true;

  /** Adds a batch of one label per prediction; what is no number has no rank. */
  void add(Tensor yTrue, Tensor yPred) {
    known &= yTrue.size() == yPred.size();
    for (long i = 0; known && i < yPred.size(); i++) {
      known = !Double.isNaN(yPred.getDouble(i));
      if (pairs.takes()) {
        pairs.put(yPred.getDouble(i), yTrue.getDouble(i));
      }
    }
  }

  public boolean isKnown() {
    return known && pairs.count() > 0;
  }

  /** The largest prediction. */
  public double largest() {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < pairs.count(); i++) {
      largest = Math.max(largest, pairs.at(i, 0));
    }
    return largest;
  }

  /** The largest part of the predictions that lie between two of as many even thresholds. */
  public Crowd crowd(int thresholds) {
    long[] counts = new long[thresholds + 1];
    for (int i = 0; i < pairs.count(); i++) {
      double place = Math.floor(pairs.at(i, 0) * (thresholds - 1));
      counts[(int) Math.max(0, Math.min(thresholds, place))]++;
    }
    int best = 0;
    for (int i = 1; i < counts.length; i++) {
      best = counts[i] > counts[best] ? i : best;
    }
    return new Crowd(best, (double) counts[best] / pairs.count());
  }

  /**
   * Predictions between two thresholds.
   *
   * @param interval its number, from 0
   * @param part of all predictions
   */
  public record Crowd(int interval, double part) {}

  /** The probability that a positive is above a negative, equal ones counting half. */
  public double area() {
    Integer[] order = new Integer[pairs.count()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> pairs.at(i, 0)));
    double positives = 0;
    double ranks = 0;
    for (int i = 0; i < order.length; ) {
      int end = i;
      double own = 0;
      while (end < order.length && pairs.at(order[end], 0) == pairs.at(order[i], 0)) {
        own += pairs.at(order[end], 1) > 0.5 ? 1 : 0;
        end++;
      }
      ranks += own * (i + end + 1) / 2.0;
      positives += own;
      i = end;
    }
    double negatives = order.length - positives;
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
  }
}
