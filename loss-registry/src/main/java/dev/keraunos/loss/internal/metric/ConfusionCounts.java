package dev.keraunos.loss.internal.metric;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;
import java.util.Arrays;

/**
 * Weights of true and false positives and negatives at several thresholds, as {@code
 * metrics_utils.update_confusion_matrix_variables} collects them; per label where there are
 * several.
 */
public final class ConfusionCounts {
  private static final float NEVER = -1e10f;

  private final float[] thresholds;
  private final boolean even;
  private final boolean ends;
  private final double[][] truePositives;
  private final double[][] falsePositives;
  private final double[] positives;
  private final double[] negatives;

  /**
   * Counts of nothing.
   *
   * @param even thresholds i/(n−1), which Keras finds by arithmetic from 2.6 on; {@code ends} tells
   *     that the first lies below zero and the last above one
   */
  ConfusionCounts(Dialect dialect, float[] thresholds, boolean even, boolean ends, int labels) {
    this.thresholds = thresholds;
    this.even = even && dialect.has(Quirk.EVEN_THRESHOLDS_BY_ARITHMETIC);
    this.ends = ends;
    truePositives = new double[labels][thresholds.length];
    falsePositives = new double[labels][thresholds.length];
    positives = new double[labels];
    negatives = new double[labels];
  }

  /** The {@code thresholds} of a config, or the default. */
  static float[] thresholds(Config config, float absent) {
    return config.get("thresholds").floats(absent);
  }

  /** True if thresholds are i/(n−1), as Keras tests it. */
  static boolean isEven(float[] thresholds) {
    int n = thresholds.length;
    boolean even = n >= 3;
    for (int i = 0; even && i < n; i++) {
      double exact = (float) i / (n - 1);
      even = Math.abs(thresholds[i] - exact) <= Crossentropy.EPSILON + 1e-5 * exact;
    }
    return even;
  }

  /**
   * Refuses what {@code update_confusion_matrix_variables} of tf.keras up to 2.9 asserts.
   *
   * @throws InputException if a prediction is outside of [0, 1]
   */
  static void requireProbabilities(Dialect dialect, float[] p) {
    boolean refuses = dialect.has(Quirk.CONFUSION_TAKES_PROBABILITIES_ONLY);
    for (int i = 0; refuses && i < p.length; i++) {
      if (!(p[i] >= 0 && p[i] <= 1)) {
        throw new InputException(
            "metrics of true and false positives take predictions from 0 to 1 in "
                + dialect.keras()
                + ", which refuses "
                + p[i]
                + "; let the model end in a sigmoid or softmax, or follow Keras 2.10.0, which"
                + " clips");
      }
    }
  }

  /** Keeps the k largest of each row; on ties the lowest index. */
  static void keepTop(float[] p, int channels, int k) {
    for (int from = 0; from < p.length; from += channels) {
      float[] row = Arrays.copyOfRange(p, from, from + channels);
      for (int i = 0; i < channels; i++) {
        int before = 0;
        for (int j = 0; j < channels; j++) {
          before += row[j] > row[i] || (row[j] == row[i] && j < i) ? 1 : 0;
        }
        p[from + i] = before < k ? row[i] : NEVER;
      }
    }
  }

  /** Adds an element. */
  void add(int label, boolean positive, float p, double weight) {
    (positive ? positives : negatives)[label] += weight;
    double[] counts = (positive ? truePositives : falsePositives)[label];
    if (!even) {
      for (int i = 0; i < counts.length; i++) {
        counts[i] += p > thresholds[i] ? weight : 0;
      }
      return;
    }
    int n = thresholds.length - 1;
    int bucket = (int) Math.ceil(Math.min(Math.max(p, 0), 1) * n) - 1;
    int last = ends ? Math.max(bucket, 0) : bucket;
    if (last >= 0) {
      counts[last] += weight;
    }
  }

  /** Even thresholds hold what lies between them and the next, others what lies above them. */
  private double above(double[] counts, int threshold) {
    return even ? Arrays.stream(counts, threshold, counts.length).sum() : counts[threshold];
  }

  int labels() {
    return positives.length;
  }

  int size() {
    return thresholds.length;
  }

  public double truePositives(int label, int threshold) {
    return above(truePositives[label], threshold);
  }

  public double falsePositives(int label, int threshold) {
    return above(falsePositives[label], threshold);
  }

  public double falseNegatives(int label, int threshold) {
    return positives[label] - truePositives(label, threshold);
  }

  public double trueNegatives(int label, int threshold) {
    return negatives[label] - falsePositives(label, threshold);
  }

  public double precision(int label, int threshold) {
    return ratio(
        truePositives(label, threshold),
        truePositives(label, threshold) + falsePositives(label, threshold));
  }

  public double recall(int label, int threshold) {
    return ratio(truePositives(label, threshold), positives[label]);
  }

  public double specificity(int label, int threshold) {
    return ratio(trueNegatives(label, threshold), negatives[label]);
  }

  double falsePositiveRate(int label, int threshold) {
    return ratio(falsePositives(label, threshold), negatives[label]);
  }

  /** a/b, 0 where b is 0. */
  static double ratio(double a, double b) {
    return b == 0 ? 0 : a / b;
  }
}
