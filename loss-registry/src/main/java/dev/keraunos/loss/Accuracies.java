package dev.keraunos.loss;

import static dev.keraunos.graph.Ops.argmax;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.equal;
import static dev.keraunos.graph.Ops.greater;
import static dev.keraunos.graph.Ops.max;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.reshape;
import static dev.keraunos.graph.Ops.round;
import static dev.keraunos.graph.Ops.squeeze;

import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import java.util.function.BiFunction;

/**
 * {@code keras.metrics.binary_accuracy} and relatives: 1 where the prediction is right, 0 where it
 * is not.
 */
final class Accuracies implements MetricFunction {
  private final BiFunction<Value, Prediction, Value> matches;

  private Accuracies(BiFunction<Value, Prediction, Value> matches) {
    this.matches = matches;
  }

  /** The share of elements on the right side of a threshold. */
  static Accuracies binary(double threshold) {
    return new Accuracies((y, p) -> binary(y, p, threshold));
  }

  /** One-hot targets whose largest channel is also the prediction's. */
  static Accuracies categorical() {
    return new Accuracies((y, p) -> asFloat(equal(argmax(y, -1), argmax(p.value(), -1))));
  }

  /** Labels that are the prediction's largest channel. */
  static Accuracies sparseCategorical() {
    return new Accuracies(Accuracies::sparse);
  }

  @Override
  public Value values(Value yTrue, Value yPred) {
    return matches.apply(yTrue, Prediction.of(yPred));
  }

  @Override
  public Scores values(Value yTrue, Prediction yPred) {
    return Scores.of(matches.apply(yTrue, yPred));
  }

  /** Up to 2.3 probabilities were rounded, so that 1.6 is wrong. */
  private static Value binary(Value yTrue, Prediction yPred, double threshold) {
    Dialect dialect = yPred.dialect();
    Ranks given = new Ranks(yTrue, yPred);
    Ranks ranks = dialect.isAtLeast(Profile.K30) ? given.equal() : given;
    Value p = ranks.yPred().value();
    Value y = cast(ranks.yTrue(), p.dtype());
    boolean rounds = !dialect.isAtLeast(Profile.TV1) && threshold == 0.5;
    Value right = asFloat(equal(y, rounds ? round(p) : asFloat(greater(p, threshold))));
    return dialect.isAtLeast(3, 4, 0) ? right : mean(right, -1);
  }

  private static Value sparse(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    Value predicted = argmax(yPred.value(), -1);
    Value labels = yTrue;
    boolean squeezable = yTrue.rank() == yPred.value().rank();
    if (!dialect.isAtLeast(2, 2, 3)) {
      labels = max(yTrue, -1);
    } else if (!dialect.isAtLeast(2, 2, 5)) {
      labels = reshape(yTrue, -1);
    } else if (squeezable) {
      labels = squeeze(yTrue, -1);
    }
    Value right = asFloat(equal(cast(labels, DType.FLOAT32), cast(predicted, DType.FLOAT32)));
    boolean column =
        dialect.isAtLeast(Profile.TV1)
            && right.rank() > 1
            && right.shape().dim(-1) == 1
            && !squeezable;
    return column ? squeeze(right, -1) : right;
  }

  private static Value asFloat(Value x) {
    return cast(x, DType.FLOAT32);
  }
}
