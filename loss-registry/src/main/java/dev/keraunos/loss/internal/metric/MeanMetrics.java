package dev.keraunos.loss.internal.metric;

import static dev.keraunos.graph.Ops.abs;
import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.constant;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.equal;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.reduce;
import static dev.keraunos.graph.Ops.squaredDifference;
import static dev.keraunos.graph.Ops.std;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.var;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.internal.builtin.BuiltInMetric;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;
import dev.keraunos.loss.internal.distance.CosineSimilarity;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;

/** Metrics of Keras that are averages, and neither losses nor accuracies. */
public final class MeanMetrics {
  private MeanMetrics() {}

  public static MetricFunction rootMeanSquaredError() {
    return new BuiltInMetric(
        (yTrue, yPred) -> {
          Ranks ranks = ranks(yTrue, asFloat32(yPred));
          return squaredDifference(ranks.yPred().value(), ranks.yTrue());
        },
        Math::sqrt,
        false);
  }

  /** The negative loss from 2.3 on, before and in TensorFlow 1.13 the loss itself. */
  public static MetricFunction cosineSimilarity(Config config) {
    CosineSimilarity cosine = new CosineSimilarity(config);
    return new BuiltInMetric(
        (yTrue, yPred) ->
            yPred.dialect().has(Quirk.COSINE_METRIC_IS_POSITIVE)
                ? cosine.similarity(yTrue, yPred)
                : cosine.scores(yTrue, yPred).values());
  }

  public static MetricFunction meanRelativeError(Config config) {
    float[] normalizer = config.get("normalizer").floats(1);
    return new BuiltInMetric(
        (yTrue, yPred) -> {
          Ranks ranks = ranks(yTrue, yPred);
          Value by = constant(ranks.yTrue(), Tensor.of(normalizer, normalizer.length));
          Value error = abs(subtract(ranks.yTrue(), ranks.yPred().value()));
          return where(equal(by, 0), 0, divide(error, by));
        });
  }

  public static MetricFunction pearsonCorrelation(Config config) {
    int[] axis = correlated(config);
    return new BuiltInMetric(
        (yTrue, yPred) -> {
          Ranks ranks = ranks(yTrue, yPred);
          Value y = centred(ranks.yTrue(), axis);
          Value p = centred(ranks.yPred().value(), axis);
          return mean(multiply(divide(y, std(y, true, axis)), divide(p, std(p, true, axis))), axis);
        });
  }

  public static MetricFunction concordanceCorrelation(Config config) {
    int[] axis = correlated(config);
    return new BuiltInMetric(
        (yTrue, yPred) -> {
          Ranks ranks = ranks(yTrue, yPred);
          Value y = ranks.yTrue();
          Value p = ranks.yPred().value();
          Value meanY = reduce(ReduceKind.MEAN, y, true, axis);
          Value meanP = reduce(ReduceKind.MEAN, p, true, axis);
          Value covariance = multiply(subtract(y, meanP), subtract(p, meanP));
          Value spread =
              add(add(var(y, true, axis), var(p, true, axis)), squaredDifference(meanY, meanP));
          return mean(divide(multiply(2, covariance), add(spread, Crossentropy.EPSILON)), axis);
        });
  }

  /** The axes that are correlated; the last one if not given. */
  private static int[] correlated(Config config) {
    int[] axes = config.get("axis").integersOr();
    return axes.length == 0 ? new int[] {-1} : axes;
  }

  private static Value centred(Value x, int... axis) {
    return subtract(x, reduce(ReduceKind.MEAN, x, true, axis));
  }

  /** Keras 3 casts for the metrics that compute by themselves, and not for its functions. */
  private static Prediction asFloat32(Prediction yPred) {
    boolean casts = yPred.dialect().has(Quirk.LOSSES_COMPUTE_IN_FLOAT32);
    return casts ? yPred.with(cast(yPred.value(), DType.FLOAT32)) : yPred;
  }

  private static Ranks ranks(Value yTrue, Prediction yPred) {
    Ranks given = new Ranks(cast(yTrue, yPred.value().dtype()), yPred);
    return yPred.dialect().has(Quirk.MATCHES_RANKS) ? given.equal() : given;
  }
}
