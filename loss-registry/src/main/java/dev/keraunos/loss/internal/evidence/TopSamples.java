package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The samples that add most to a loss, as far as few of them may make it. */
public final class TopSamples {
  /**
   * A sample.
   *
   * @param share of the loss, before the division by the weight of all batches
   * @param score its mean score
   * @param truth the probability that it gives its own class, NaN where that is not known
   * @param wrong true if another class is the largest
   */
  public record Top(long index, double share, double score, double truth, boolean wrong) {}

  private static final int KEPT = 64;

  private final List<Top> kept = new ArrayList<>();
  private final List<Top> batch = new ArrayList<>();
  private double total;
  private double inBatch;
  private double least = Double.POSITIVE_INFINITY;
  private long samples;
  private boolean known = true;

  void add(Seen seen, double[] shares) {
    ScoredBatch scored = seen.batch();
    samples += scored.samples();
    batch.clear();
    inBatch = 0;
    known &= shares.length > 0;
    if (shares.length == 0) {
      return;
    }
    int size = scored.scores().size() / shares.length;
    double floor = kept.size() < KEPT ? Double.NEGATIVE_INFINITY : kept.get(KEPT - 1).share();
    for (int i = 0; i < shares.length; i++) {
      inBatch += shares[i];
      least = Math.min(least, shares[i]);
      if (shares[i] * shares.length > floor || kept.size() < KEPT) {
        double sum = 0;
        for (int k = i * size; k < (i + 1) * size; k++) {
          sum += scored.scores().at(k);
        }
        batch.add(judged(seen, i, shares[i], sum / size));
      }
    }
    batch.sort(Comparator.comparingDouble(Top::share).reversed());
    batch.subList(Math.min(KEPT, batch.size()), batch.size()).clear();
  }

  /** With the probability of its own class, where a sample has one class. */
  private static Top judged(Seen seen, int sample, double share, double score) {
    ScoredBatch batch = seen.batch();
    long index = seen.first() + sample;
    int width = batch.yPred().shape().rank() == 2 ? (int) batch.yPred().shape().dim(1) : 0;
    if (width == 0 || !seen.told()) {
      return new Top(index, share, score, Double.NaN, false);
    }
    double[] p = new double[width];
    batch.yPred().read((long) sample * width, p, 0, width);
    if (seen.ofLogits()) {
      makeProbable(p);
    }
    int per = (int) (batch.yTrue().size() / batch.samples());
    double[] y = new double[per];
    batch.yTrue().read((long) sample * per, y, 0, per);
    if (width == 1) {
      double truth = y[0] > 0.5 ? p[0] : 1 - p[0];
      return new Top(index, share, score, truth, truth < 0.5);
    }
    int k = per == 1 ? (int) y[0] : largest(y);
    boolean isClass = k >= 0 && k < width;
    return new Top(index, share, score, isClass ? p[k] : Double.NaN, isClass && largest(p) != k);
  }

  /** Of logits the probabilities. */
  private static void makeProbable(double[] p) {
    double most = p.length == 1 ? 0 : Arrays.stream(p).max().orElse(0);
    double sum = p.length == 1 ? 1 + Math.exp(-p[0]) : 0;
    for (double logit : p) {
      sum += p.length == 1 ? 0 : Math.exp(logit - most);
    }
    for (int k = 0; k < p.length; k++) {
      p[k] = (p.length == 1 ? 1 : Math.exp(p[k] - most)) / sum;
    }
  }

  private static int largest(double[] values) {
    int best = 0;
    for (int k = 1; k < values.length; k++) {
      best = values[k] > values[best] ? k : best;
    }
    return best;
  }

  void endBatch(double weight) {
    total += inBatch * weight;
    for (Top top : batch) {
      kept.add(new Top(top.index(), top.share() * weight, top.score(), top.truth(), top.wrong()));
    }
    kept.sort(Comparator.comparingDouble(Top::share).reversed());
    kept.subList(Math.min(KEPT, kept.size()), kept.size()).clear();
  }

  /** Those that add most, the largest first; empty where samples have no shares of one sign. */
  public List<Top> largest() {
    return known && least >= 0 ? List.copyOf(kept) : List.of();
  }

  /** What all samples add. */
  public double total() {
    return total;
  }

  public long samples() {
    return samples;
  }
}
