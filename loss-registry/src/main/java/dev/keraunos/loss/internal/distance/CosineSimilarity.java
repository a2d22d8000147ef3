package dev.keraunos.loss.internal.distance;

import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.greater;
import static dev.keraunos.graph.Ops.maximum;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.minimum;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.reduce;
import static dev.keraunos.graph.Ops.rsqrt;
import static dev.keraunos.graph.Ops.sqrt;
import static dev.keraunos.graph.Ops.square;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;

/**
 * {@code keras.losses.cosine_similarity}, once {@code cosine_proximity}: (..., C) to (...), −1 for
 * vectors of the same direction, but +1 in TensorFlow 1.14 and 1.15. Up to 2.0.8 the mean of the
 * products over the axis, then the sum.
 */
public final class CosineSimilarity extends BuiltInLoss {
  private static final double SQUARE_EPSILON = 1e-12;

  private final int axis;

  public CosineSimilarity(Config config) {
    axis = config.get("axis").integer(-1);
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Value similarity = similarity(yTrue, yPred);
    boolean unsigned = yPred.dialect().has(Quirk.COSINE_LOSS_IS_POSITIVE);
    return Scores.of(unsigned ? similarity : negative(similarity));
  }

  /** +1 for vectors of the same direction. */
  public Value similarity(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    Ranks given = new Ranks(yTrue, yPred);
    Ranks ranks = dialect.has(Quirk.MATCHES_RANKS) ? given.equal() : given;
    Value p = ranks.yPred().value();
    Value y = cast(ranks.yTrue(), p.dtype());
    Value products = multiply(normalize(y, dialect), normalize(p, dialect));
    return dialect.has(Quirk.COSINE_AVERAGES) ? mean(products, axis) : sum(products, axis);
  }

  /** Every line guards against the zero vector in its own way. */
  private Value normalize(Value x, Dialect dialect) {
    Value squares = reduce(ReduceKind.SUM, square(x), true, axis);
    double epsilon = Crossentropy.EPSILON;
    if (dialect.has(Quirk.COSINE_SPARES_ZERO)) {
      Value norm = sqrt(squares);
      return divide(x, where(greater(norm, 0), norm, epsilon));
    }
    if (dialect.has(Quirk.COSINE_CLIPS_RECIPROCAL)) {
      return multiply(x, minimum(rsqrt(squares), 1 / epsilon));
    }
    if (dialect.has(Quirk.COSINE_CLIPS_NORM)) {
      return divide(x, maximum(sqrt(squares), epsilon));
    }
    if (dialect.has(Quirk.COSINE_CLIPS_SQUARE)) {
      return divide(x, sqrt(maximum(squares, epsilon)));
    }
    return dialect.has(Quirk.COSINE_DIVIDES_BY_ZERO)
        ? divide(x, sqrt(squares))
        : multiply(x, rsqrt(maximum(squares, SQUARE_EPSILON)));
  }
}
