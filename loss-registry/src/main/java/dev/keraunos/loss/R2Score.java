package dev.keraunos.loss;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * {@code keras.metrics.R2Score}: the share of the targets' variance that the prediction explains.
 */
final class R2Score implements StatefulMetric {
  private final String aggregation;
  private final int regressors;

  R2Score(JsonNode config) {
    JsonNode saved = config.path("class_aggregation");
    aggregation = saved.isNull() ? "" : saved.asText("uniform_average");
    regressors = config.path("num_regressors").asInt(0);
  }

  @Override
  public MetricState start(Dialect dialect) {
    return new State();
  }

  private final class State implements MetricState {
    private double[] sum = new double[0];
    private double[] squares;
    private double[] residuals;
    private double[] weight;
    private long elements;

    @Override
    public void add(Tensor yTrue, Tensor yPred, Optional<Tensor> weights) {
      Elementwise batch = Elementwise.of(yTrue, yPred, weights);
      int channels = batch.channels();
      if (sum.length == 0) {
        sum = new double[channels];
        squares = new double[channels];
        residuals = new double[channels];
        weight = new double[channels];
      }
      for (int i = 0; i < batch.yPred().length; i++) {
        int k = i % channels;
        double y = batch.yTrue()[i];
        double error = y - batch.yPred()[i];
        sum[k] += batch.weight()[i] * y;
        squares[k] += batch.weight()[i] * y * y;
        residuals[k] += batch.weight()[i] * error * error;
        weight[k] += batch.weight()[i];
      }
      elements += batch.yPred().length;
    }

    @Override
    public double[] result() {
      double[] scores = new double[sum.length];
      double mean = 0;
      double weighted = 0;
      double variance = 0;
      for (int k = 0; k < scores.length; k++) {
        double total = squares[k] - sum[k] * sum[k] / weight[k];
        double score = 1 - residuals[k] / total;
        scores[k] = Double.isInfinite(score) ? 0 : score;
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
