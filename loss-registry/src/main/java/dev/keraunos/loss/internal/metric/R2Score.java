package dev.keraunos.loss.internal.metric;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.loss.MetricState;
import dev.keraunos.loss.StatefulMetric;
import dev.keraunos.loss.internal.builtin.Elementwise;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * {@code keras.metrics.R2Score}: the share of the targets' variance that the prediction explains.
 */
public final class R2Score implements StatefulMetric {
  private final String aggregation;
  private final int regressors;

  public R2Score(Config config) {
    Setting chosen = config.get("class_aggregation");
    String absent = chosen.isMissing() ? "uniform_average" : "";
    aggregation = chosen.oneOf(absent, "uniform_average", "variance_weighted_average");
    regressors = config.get("num_regressors").count(0, 0);
  }

  @Override
  public MetricState start(Dialect dialect) {
    return new State();
  }

  /**
   * Computes as TensorFlow does, in float32: the variance is a difference of larger numbers.
   * Columns side by side are summed row by row, a single one in an order of its own.
   */
  private final class State implements MetricState {
    private float[] sum = new float[0];
    private float[] squares;
    private float[] residuals;
    private float[] weight;
    private long elements;

    @Override
    public void add(Tensor yTrue, Tensor yPred, Optional<Tensor> weights) {
      Elementwise batch = Elementwise.of(yTrue, yPred, weights);
      int channels = batch.channels();
      if (sum.length == 0) {
        sum = new float[channels];
        squares = new float[channels];
        residuals = new float[channels];
        weight = new float[channels];
      }
      for (int k = 0; k < channels; k++) {
        add(batch, k);
      }
      elements += batch.yPred().length;
    }

    private void add(Elementwise batch, int channel) {
      boolean single = batch.channels() == 1;
      double ySum = 0;
      double ySquares = 0;
      double errors = 0;
      double weights = 0;
      for (int i = channel; i < batch.yPred().length; i += batch.channels()) {
        float y = (float) batch.yTrue()[i];
        float w = (float) batch.weight()[i];
        float error = y - batch.yPred()[i];
        ySum = sum(ySum, w * y, single);
        ySquares = sum(ySquares, y * (w * y), single);
        errors = sum(errors, error * error * w, single);
        weights = sum(weights, w, single);
      }
      sum[channel] += (float) ySum;
      squares[channel] += (float) ySquares;
      residuals[channel] += (float) errors;
      weight[channel] += (float) weights;
    }

    private double sum(double sum, float term, boolean exact) {
      return exact ? sum + term : (float) sum + term;
    }

    @Override
    public double[] result() {
      double[] scores = new double[sum.length];
      double mean = 0;
      double weighted = 0;
      double variance = 0;
      for (int k = 0; k < scores.length; k++) {
        float total = squares[k] - sum[k] * (sum[k] / weight[k]);
        float score = 1 - residuals[k] / total;
        scores[k] = Float.isInfinite(score) ? 0 : score;
        mean += scores[k] / scores.length;
        weighted += total * scores[k];
        variance += total;
      }
      if (aggregation.isEmpty()) {
        return adjusted(scores);
      }
      return adjusted(aggregation.equals("uniform_average") ? mean : weighted / variance);
    }

    /** Corrected for the number of regressors, as long as there are more elements. */
    private double[] adjusted(double... scores) {
      double rest = elements - regressors - 1;
      for (int i = 0; regressors != 0 && rest > 0 && i < scores.length; i++) {
        scores[i] = 1 - (1 - scores[i]) * (elements - 1) / rest;
      }
      return scores;
    }
  }
}
