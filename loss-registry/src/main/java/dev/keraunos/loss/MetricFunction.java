package dev.keraunos.loss;

import dev.keraunos.graph.Value;

/**
 * A metric that is averaged over everything seen, written with {@link dev.keraunos.graph.Ops}:
 *
 * <pre>{@code
 * MetricFunction within = (yTrue, yPred) -> mean(less(abs(subtract(yPred, yTrue)), 0.1), -1);
 * }</pre>
 *
 * <p>The values have one number per sample or position, or are a scalar of the whole batch.
 */
@FunctionalInterface
public non-sealed interface MetricFunction extends Metric {
  /** The values to average. */
  Value values(Value yTrue, Value yPred);

  /** The values where the dialect, the logits or positions that do not count matter. */
  default Scores values(Value yTrue, Prediction yPred) {
    return Scores.of(values(yTrue, yPred.value()));
  }

  /** What is reported for an average of the values. */
  default double result(double average) {
    return average;
  }

  /** Whether Keras 3 applies the output's mask, as it does to every function. */
  default boolean isMasked() {
    return true;
  }

  /** A loss as metric. */
  static MetricFunction of(Loss loss) {
    return new MetricFunction() {
      @Override
      public Value values(Value yTrue, Value yPred) {
        return loss.scores(yTrue, yPred);
      }

      @Override
      public Scores values(Value yTrue, Prediction yPred) {
        return loss.scores(yTrue, yPred);
      }
    };
  }
}
