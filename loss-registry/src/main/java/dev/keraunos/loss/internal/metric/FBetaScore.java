package dev.keraunos.loss.internal.metric;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.MetricState;
import dev.keraunos.loss.StatefulMetric;
import dev.keraunos.loss.internal.builtin.Elementwise;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;

/** {@code keras.metrics.FBetaScore} and {@code F1Score}: per class, or averaged. */
public final class FBetaScore implements StatefulMetric {
  private static final double ABSENT = 1e-9;

  private final String average;
  private final double beta;
  private final OptionalDouble threshold;

  public FBetaScore(Config config) {
    average = config.get("average").oneOf("", "micro", "macro", "weighted");
    beta = config.get("beta").number(1);
    threshold = config.get("threshold").optionalNumber();
  }

  @Override
  public MetricState start(Dialect dialect) {
    return new State(dialect.has(Quirk.FBETA_ADDS_EPSILON) ? Crossentropy.EPSILON : 0);
  }

  private final class State implements MetricState {
    private final double epsilon;
    private double[] truePositives = new double[0];
    private double[] falsePositives;
    private double[] falseNegatives;

    State(double epsilon) {
      this.epsilon = epsilon;
    }

    @Override
    public void add(Tensor yTrue, Tensor yPred, Optional<Tensor> weights) {
      Elementwise batch = Elementwise.of(yTrue, yPred, weights);
      int channels = batch.channels();
      if (truePositives.length == 0) {
        truePositives = new double[isMicro() ? 1 : channels];
        falsePositives = new double[truePositives.length];
        falseNegatives = new double[truePositives.length];
      }
      for (int i = 0; i < batch.yPred().length; i++) {
        int k = isMicro() ? 0 : i % channels;
        double weight = batch.weight()[i];
        double y = batch.yTrue()[i];
        if (isPositive(batch.yPred(), i, channels)) {
          truePositives[k] += weight * y;
          falsePositives[k] += weight * (1 - y);
        } else {
          falseNegatives[k] += weight * y;
        }
      }
    }

    private boolean isMicro() {
      return average.equals("micro");
    }

    private boolean isPositive(float[] p, int i, int channels) {
      if (threshold.isPresent()) {
        return p[i] > (float) threshold.getAsDouble();
      }
      boolean largest = Math.abs(p[i]) > ABSENT;
      int row = i - i % channels;
      for (int j = row; largest && j < row + channels; j++) {
        largest = p[i] >= p[j];
      }
      return largest;
    }

    @Override
    public double[] result() {
      double[] scores = new double[truePositives.length];
      double mean = 0;
      double weighted = 0;
      double total = epsilon;
      for (int k = 0; k < scores.length; k++) {
        double precision = ratio(truePositives[k], truePositives[k] + falsePositives[k]);
        double recall = ratio(truePositives[k], truePositives[k] + falseNegatives[k]);
        double product = ratio(precision * recall, beta * beta * precision + recall);
        scores[k] = (1 + beta * beta) * product;
        double support = truePositives[k] + falseNegatives[k];
        mean += scores[k] / scores.length;
        weighted += scores[k] * support;
        total += support;
      }
      if (average.equals("weighted")) {
        return new double[] {ConfusionCounts.ratio(weighted, total)};
      }
      boolean each = average.isEmpty() || average.equals("null");
      return each ? scores : new double[] {mean};
    }

    private double ratio(double a, double b) {
      return ConfusionCounts.ratio(a, b + epsilon);
    }
  }
}
