package dev.keraunos.loss.internal.metric;

import static dev.keraunos.graph.Ops.any;
import static dev.keraunos.graph.Ops.argmax;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.equal;
import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.greater;
import static dev.keraunos.graph.Ops.less;
import static dev.keraunos.graph.Ops.max;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.reshape;
import static dev.keraunos.graph.Ops.round;
import static dev.keraunos.graph.Ops.sliceAxis;
import static dev.keraunos.graph.Ops.squeeze;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.takeAlongAxis;

import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.internal.builtin.BuiltInMetric;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.tensor.DType;

/**
 * {@code keras.metrics.binary_accuracy} and relatives: 1 where the prediction is right, 0 where it
 * is not.
 */
public final class Accuracies {
  private Accuracies() {}

  /** Elements that are equal. */
  public static MetricFunction equality() {
    return new BuiltInMetric(
        (y, p) -> {
          Value right = asFloat(equal(cast(y, p.value().dtype()), p.value()));
          return p.dialect().has(Quirk.ACCURACY_OF_ELEMENTS) ? right : mean(right, -1);
        });
  }

  /** The share of elements on the right side of a threshold. */
  public static MetricFunction binary(double threshold) {
    return new BuiltInMetric((y, p) -> binary(y, p, threshold));
  }

  /** One-hot targets whose largest channel is also the prediction's. */
  public static MetricFunction categorical() {
    return new BuiltInMetric(
        (y, p) -> asFloat(equal(largest(y, p.dialect()), largest(p.value(), p.dialect()))));
  }

  /** Labels that are the prediction's largest channel. */
  public static MetricFunction sparseCategorical() {
    return new BuiltInMetric(Accuracies::sparse);
  }

  /** One-hot targets than whose channel fewer than k are larger. */
  public static MetricFunction topK(int k) {
    return new BuiltInMetric((y, p) -> inTopK(largest(y, p.dialect()), p, k));
  }

  /** Labels than whose channel fewer than k are larger. */
  public static MetricFunction sparseTopK(int k) {
    return new BuiltInMetric((y, p) -> inTopK(column(y, p.value()), p, k));
  }

  /** Labels among the first k of a list of ids. */
  public static MetricFunction sparseTopKOfIds(int k) {
    return new BuiltInMetric(
        (y, p) -> {
          Value first = sliceAxis(p.value(), -1, Range.of(0, k));
          Value labels = cast(column(y, p.value()), first.dtype());
          return asFloat(any(equal(expandDims(labels, -1), first), -1));
        });
  }

  /** The largest channel. */
  private static Value largest(Value x, Dialect dialect) {
    return argmax(x, -1, dialect.has(Quirk.ARGMAX_TELLS_ZEROS_APART));
  }

  /** Labels without a trailing axis of length 1. */
  private static Value column(Value y, Value p) {
    return y.rank() == p.rank() ? squeeze(y, -1) : y;
  }

  /**
   * Labels without positions are those of all positions of the prediction in turn. TensorFlow 1.13
   * takes the mean of the batch.
   */
  private static Value inTopK(Value labels, Prediction yPred, int k) {
    Value prediction = yPred.value();
    boolean flat = labels.rank() == 1 && prediction.rank() > 2;
    Value p = flat ? reshape(prediction, -1, prediction.shape().dim(-1)) : prediction;
    Value ids = expandDims(cast(labels, DType.INT32), -1);
    Value larger = asFloat(greater(p, takeAlongAxis(p, ids, -1)));
    Value right = asFloat(less(sum(larger, -1), k));
    return yPred.dialect().has(Quirk.TOP_K_AVERAGES) ? mean(right, -1) : right;
  }

  /** Up to 2.3 probabilities were rounded, so that 1.6 is wrong. */
  private static Value binary(Value yTrue, Prediction yPred, double threshold) {
    Dialect dialect = yPred.dialect();
    Ranks given = new Ranks(yTrue, yPred);
    Ranks ranks = dialect.has(Quirk.MATCHES_RANKS) ? given.equal() : given;
    Value p = ranks.yPred().value();
    Value y = cast(ranks.yTrue(), p.dtype());
    boolean rounds = dialect.has(Quirk.BINARY_ACCURACY_ROUNDS) && threshold == 0.5;
    Value right = asFloat(equal(y, rounds ? round(p) : asFloat(greater(p, threshold))));
    return dialect.has(Quirk.ACCURACY_OF_ELEMENTS) ? right : mean(right, -1);
  }

  private static Value sparse(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    Value predicted = largest(yPred.value(), dialect);
    Value labels = yTrue;
    boolean squeezable =
        yTrue.rank() == yPred.value().rank() || dialect.has(Quirk.SPARSE_ACCURACY_SQUEEZES_LABELS);
    if (dialect.has(Quirk.SPARSE_ACCURACY_OF_LARGEST_LABEL)) {
      labels = max(yTrue, -1);
    } else if (dialect.has(Quirk.SPARSE_ACCURACY_FLATTENS_LABELS)) {
      labels = reshape(yTrue, -1);
    } else if (squeezable) {
      labels = squeeze(yTrue, -1);
    }
    Value right = asFloat(equal(cast(labels, DType.FLOAT32), cast(predicted, DType.FLOAT32)));
    boolean column =
        dialect.has(Quirk.SPARSE_ACCURACY_SQUEEZES_RESULT)
            && right.rank() > 1
            && right.shape().dim(-1) == 1
            && !squeezable;
    return column ? squeeze(right, -1) : right;
  }

  private static Value asFloat(Value x) {
    return cast(x, DType.FLOAT32);
  }
}
