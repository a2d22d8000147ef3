package dev.keraunos.loss.internal.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** Targets of 0, by which a percentage error divides. */
public final class ZeroTargets {
  private static final double NONE = 1e-6;
  private static final int NAMED = 8;

  private final List<Long> samples = new ArrayList<>();
  private long count;
  private long others;
  private double share;
  private double shareOfOthers;

  /** Adds a batch of one target per prediction, given the error of one. */
  void add(Seen seen, DoubleBinaryOperator errors) {
    double[] y = seen.batch().yTrue().toDoubleArray();
    double[] p = seen.batch().yPred().toDoubleArray();
    for (int i = 0; y.length == p.length && i < y.length; i++) {
      double error = errors.applyAsDouble(y[i], p[i]);
      if (Math.abs(y[i]) < NONE) {
        count++;
        share += error;
        if (samples.size() < NAMED) {
          samples.add(seen.first() + i / Math.max(1, y.length / seen.batch().samples()));
        }
      } else {
        others++;
        shareOfOthers += error;
      }
    }
  }

  public long count() {
    return count;
  }

  public long others() {
    return others;
  }

  /** The first samples that have such targets. */
  public List<Long> samples() {
    return List.copyOf(samples);
  }

  /** What part of all errors these targets add. */
  public double part() {
    return share / (share + shareOfOthers);
  }

  /** The mean error of the other targets. */
  public double meanOfOthers() {
    return shareOfOthers / others;
  }
}
