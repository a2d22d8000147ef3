package dev.keraunos.loss.internal.metric;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.clip;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.equal;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.round;
import static dev.keraunos.graph.Ops.sqrt;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.Value;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;

/** Metrics of Keras 1 that are one number per batch, such as the precision of the batch. */
public final class BatchMetrics {
  private static final double EPSILON = Crossentropy.EPSILON;

  private BatchMetrics() {}

  public static Value precision(Value y, Value p) {
    return divide(sum(positives(multiply(y, p))), add(sum(positives(p)), EPSILON));
  }

  public static Value recall(Value y, Value p) {
    return divide(sum(positives(multiply(y, p))), add(sum(positives(y)), EPSILON));
  }

  /** The harmonic mean of both; 0 for a batch without positives. */
  public static Value fMeasure(Value y, Value p) {
    Value precision = precision(y, p);
    Value recall = recall(y, p);
    Value score =
        divide(multiply(2, multiply(precision, recall)), add(add(precision, recall), EPSILON));
    return where(equal(sum(positives(y)), 0), 0, score);
  }

  public static Value matthewsCorrelation(Value y, Value p) {
    Value found = positives(p);
    Value wanted = positives(y);
    Value tp = sum(multiply(wanted, found));
    Value tn = sum(multiply(subtract(1, wanted), subtract(1, found)));
    Value fp = sum(multiply(subtract(1, wanted), found));
    Value fn = sum(multiply(wanted, subtract(1, found)));
    Value spread = multiply(multiply(add(tp, fp), add(tp, fn)), multiply(add(tn, fp), add(tn, fn)));
    Value covariance = subtract(multiply(tp, tn), multiply(fp, fn));
    return divide(covariance, add(sqrt(spread), EPSILON));
  }

  private static Value positives(Value x) {
    return round(clip(x, 0, 1));
  }
}
