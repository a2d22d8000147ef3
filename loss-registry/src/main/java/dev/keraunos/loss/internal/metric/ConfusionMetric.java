package dev.keraunos.loss.internal.metric;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.MetricState;
import dev.keraunos.loss.StatefulMetric;
import dev.keraunos.loss.internal.builtin.Elementwise;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code Precision}, {@code Recall} and the counts of true and false positives and negatives, one
 * number per threshold.
 */
public final class ConfusionMetric implements StatefulMetric {
  /** A number of the counts at a threshold. */
  public interface Figure {
    double of(ConfusionCounts counts, int label, int threshold);
  }

  private static final float NEVER = -1e10f;

  private final Figure figure;
  private final OptionalInt topK;
  private final OptionalInt classId;
  private final float[] thresholds;

  public ConfusionMetric(Config config, Figure figure) {
    this.figure = figure;
    topK = config.get("top_k").optionalInteger();
    classId = config.get("class_id").optionalInteger();
    thresholds = ConfusionCounts.thresholds(config, topK.isPresent() ? NEVER : 0.5f);
  }

  @Override
  public MetricState start(Dialect dialect) {
    boolean even = ConfusionCounts.isEven(thresholds);
    ConfusionCounts counts = new ConfusionCounts(dialect, thresholds, even, false, 1);
    return new MetricState() {
      @Override
      public void add(Tensor yTrue, Tensor yPred, Optional<Tensor> weights) {
        Elementwise batch = Elementwise.of(yTrue, yPred, weights);
        ConfusionCounts.requireProbabilities(dialect, batch.yPred());
        topK.ifPresent(k -> ConfusionCounts.keepTop(batch.yPred(), batch.channels(), k));
        for (int i = 0; i < batch.yPred().length; i++) {
          if (classId.isEmpty() || i % batch.channels() == classId.getAsInt()) {
            counts.add(0, batch.yTrue()[i] != 0, batch.yPred()[i], batch.weight()[i]);
          }
        }
      }

      @Override
      public double[] result() {
        double[] figures = new double[thresholds.length];
        for (int i = 0; i < figures.length; i++) {
          figures[i] = figure.of(counts, 0, i);
        }
        return figures;
      }
    };
  }
}
