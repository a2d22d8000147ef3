package dev.keraunos.loss.internal.metric;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.MetricState;
import dev.keraunos.loss.StatefulMetric;
import dev.keraunos.loss.internal.builtin.Elementwise;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * {@code SensitivityAtSpecificity} and relatives: the best of one figure over the thresholds where
 * another reaches a value. Keras 2.3 takes the threshold at which that is closest to the value.
 */
public final class ConstrainedMetric implements StatefulMetric {
  private final double value;
  private final float[] thresholds;
  private final int classId;
  private final ConfusionMetric.Figure constrained;
  private final ConfusionMetric.Figure wanted;

  public ConstrainedMetric(
      Config config,
      String key,
      ConfusionMetric.Figure constrained,
      ConfusionMetric.Figure wanted) {
    value = config.get(key).number(0.5);
    classId = config.get("class_id").integer(-1);
    int count = config.get("num_thresholds").count(200, 1);
    thresholds = new float[count];
    for (int i = 0; i < count; i++) {
      thresholds[i] = count == 1 ? 0.5f : (float) (i * 1.0 / (count - 1));
    }
    this.constrained = constrained;
    this.wanted = wanted;
  }

  @Override
  public MetricState start(Dialect dialect) {
    boolean even = thresholds.length > 1;
    ConfusionCounts counts = new ConfusionCounts(dialect, thresholds, even, false, 1);
    return new MetricState() {
      @Override
      public void add(Tensor yTrue, Tensor yPred, Optional<Tensor> weights) {
        Elementwise batch = Elementwise.of(yTrue, yPred, weights);
        ConfusionCounts.requireProbabilities(dialect, batch.yPred());
        for (int i = 0; i < batch.yPred().length; i++) {
          if (classId < 0 || i % batch.channels() == classId) {
            counts.add(0, batch.yTrue()[i] != 0, batch.yPred()[i], batch.weight()[i]);
          }
        }
      }

      @Override
      public double[] result() {
        boolean closest = dialect.has(Quirk.CONSTRAINED_METRICS_TAKE_CLOSEST);
        return new double[] {closest ? closest(counts) : best(counts)};
      }
    };
  }

  private double best(ConfusionCounts counts) {
    double best = 0;
    for (int i = 0; i < thresholds.length; i++) {
      boolean feasible = (float) constrained.of(counts, 0, i) >= (float) value;
      best = feasible ? Math.max(best, wanted.of(counts, 0, i)) : best;
    }
    return best;
  }

  private double closest(ConfusionCounts counts) {
    int closest = 0;
    for (int i = 1; i < thresholds.length; i++) {
      closest = distance(counts, i) < distance(counts, closest) ? i : closest;
    }
    return wanted.of(counts, 0, closest);
  }

  private double distance(ConfusionCounts counts, int threshold) {
    return Math.abs((float) constrained.of(counts, 0, threshold) - (float) value);
  }
}
