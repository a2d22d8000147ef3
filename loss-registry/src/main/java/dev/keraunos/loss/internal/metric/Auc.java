package dev.keraunos.loss.internal.metric;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.MetricState;
import dev.keraunos.loss.StatefulMetric;
import dev.keraunos.loss.internal.builtin.Elementwise;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@code keras.metrics.AUC}: the area under the ROC, precision-recall or precision-recall-gain
 * curve.
 */
public final class Auc implements StatefulMetric {
  private enum Curve {
    ROC,
    PR,
    PRGAIN
  }

  private enum Summation {
    INTERPOLATION,
    MINORING,
    MAJORING
  }

  private final Curve curve;
  private final Summation summation;
  private final float[] thresholds;
  private final boolean even;
  private final boolean multiLabel;
  private final boolean fromLogits;
  private final float[] labelWeights;

  public Auc(Config config) {
    curve = Curve.valueOf(config.get("curve").oneOf("ROC", "ROC", "PR", "PRGAIN"));
    summation =
        Summation.valueOf(
            config
                .get("summation_method")
                .oneOf("INTERPOLATION", "INTERPOLATION", "MINORING", "MAJORING"));
    config.ignore("num_labels");
    multiLabel = config.get("multi_label").bool(false);
    fromLogits = config.get("from_logits").bool(false);
    labelWeights = config.get("label_weights").floats(Float.NaN);
    thresholds = thresholds(config);
    float[] inner = thresholds.clone();
    inner[0] = 0;
    inner[inner.length - 1] = 1;
    even = ConfusionCounts.isEven(inner) || !config.get("thresholds").isList();
  }

  private static float[] thresholds(Config config) {
    float[] given = ConfusionCounts.thresholds(config, Float.NaN);
    boolean none = given.length == 1 && Float.isNaN(given[0]);
    int chosen = config.get("num_thresholds").count(200, 2);
    int count = none ? chosen : given.length + 2;
    float[] thresholds = new float[count];
    Arrays.sort(given);
    for (int i = 1; i < count - 1; i++) {
      thresholds[i] = none ? (float) (i * 1.0 / (count - 1)) : given[i - 1];
    }
    thresholds[0] = (float) -Crossentropy.EPSILON;
    thresholds[count - 1] = (float) (1 + Crossentropy.EPSILON);
    return thresholds;
  }

  private boolean isWeighted() {
    return labelWeights.length > 1 || (labelWeights.length == 1 && !Float.isNaN(labelWeights[0]));
  }

  @Override
  public MetricState start(Dialect dialect) {
    return new State(dialect);
  }

  private final class State implements MetricState {
    private final Dialect dialect;
    private ConfusionCounts counts;

    State(Dialect dialect) {
      this.dialect = dialect;
      counts = new ConfusionCounts(dialect, thresholds, even, true, 1);
    }

    @Override
    public void add(Tensor yTrue, Tensor yPred, Optional<Tensor> weights) {
      Elementwise batch = Elementwise.of(yTrue, yPred, weights);
      int labels = multiLabel ? batch.channels() : 1;
      if (counts.labels() != labels) {
        counts = new ConfusionCounts(dialect, thresholds, even, true, labels);
      }
      if (!fromLogits) {
        ConfusionCounts.requireProbabilities(dialect, batch.yPred());
      }
      for (int i = 0; i < batch.yPred().length; i++) {
        int channel = i % batch.channels();
        float p = batch.yPred()[i];
        float likely = fromLogits ? (float) (1 / (1 + Math.exp(-p))) : p;
        double labelWeight = isWeighted() && !multiLabel ? labelWeights[channel] : 1;
        counts.add(
            multiLabel ? channel : 0,
            batch.yTrue()[i] != 0,
            likely,
            batch.weight()[i] * labelWeight);
      }
    }

    @Override
    public double[] result() {
      double sum = 0;
      double weights = 0;
      for (int label = 0; label < counts.labels(); label++) {
        double weight = multiLabel && isWeighted() ? labelWeights[label] : 1;
        boolean interpolated = curve == Curve.PR && summation == Summation.INTERPOLATION;
        sum += weight * (interpolated ? interpolatedPr(label) : riemann(label));
        weights += weight;
      }
      return new double[] {ConfusionCounts.ratio(sum, weights)};
    }

    private double riemann(int label) {
      double area = 0;
      for (int i = 0; i + 1 < counts.size(); i++) {
        double a = y(label, i);
        double b = y(label, i + 1);
        double height =
            summation == Summation.INTERPOLATION
                ? (a + b) / 2
                : summation == Summation.MINORING ? Math.min(a, b) : Math.max(a, b);
        area += (x(label, i) - x(label, i + 1)) * height;
      }
      return area;
    }

    private double x(int label, int i) {
      switch (curve) {
        case ROC:
          return counts.falsePositiveRate(label, i);
        case PR:
          return counts.recall(label, i);
        default:
          return counts.truePositives(label, i) == 0
              ? 0
              : Math.max(gain(label, i, counts.falseNegatives(label, i)), 0);
      }
    }

    private double y(int label, int i) {
      switch (curve) {
        case ROC:
          return counts.recall(label, i);
        case PR:
          return counts.precision(label, i);
        default:
          return counts.truePositives(label, i) == 0
              ? 1
              : gain(label, i, counts.falsePositives(label, i));
      }
    }

    private double gain(int label, int i, double errors) {
      double positives = counts.truePositives(label, i) + counts.falseNegatives(label, i);
      double negatives = counts.trueNegatives(label, i) + counts.falsePositives(label, i);
      double scale = ConfusionCounts.ratio(positives, negatives);
      return 1 - scale * ConfusionCounts.ratio(errors, counts.truePositives(label, i));
    }

    /** The area under the interpolated curve of Davis and Goadrich. */
    private double interpolatedPr(int label) {
      double area = 0;
      for (int i = 0; i + 1 < counts.size(); i++) {
        double next = counts.truePositives(label, i + 1);
        double found = next + counts.falsePositives(label, i + 1);
        double before = counts.truePositives(label, i) + counts.falsePositives(label, i);
        double dtp = counts.truePositives(label, i) - next;
        double slope = ConfusionCounts.ratio(dtp, Math.max(before - found, 0));
        double intercept = next - slope * found;
        double ratio = before > 0 && found > 0 ? before / found : 1;
        double positives = next + counts.falseNegatives(label, i + 1);
        area += ConfusionCounts.ratio(slope * (dtp + intercept * Math.log(ratio)), positives);
      }
      return area;
    }
  }
}
