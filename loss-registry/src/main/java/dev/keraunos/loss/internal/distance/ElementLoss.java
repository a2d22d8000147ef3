package dev.keraunos.loss.internal.distance;

import static dev.keraunos.graph.Ops.abs;
import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.clip;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.exp;
import static dev.keraunos.graph.Ops.log;
import static dev.keraunos.graph.Ops.maximum;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.softplus;
import static dev.keraunos.graph.Ops.square;
import static dev.keraunos.graph.Ops.squaredDifference;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.truncatedMean;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;

/**
 * Losses (..., C) to (...) that are the mean or sum over the last axis of a function of each
 * element.
 */
public final class ElementLoss extends BuiltInLoss {
  /** One element's loss. */
  interface Element {
    Value of(Value y, Value p, Dialect dialect);
  }

  private enum Reduced {
    MEAN,
    SUM
  }

  private static final Element SQUARED = (y, p, dialect) -> squaredDifference(p, y);

  private static final double EPSILON = Crossentropy.EPSILON;

  private final Element element;
  private final Reduced reduced;
  private final boolean matchesRanks;

  private ElementLoss(Reduced reduced, boolean matchesRanks, Element element) {
    this.reduced = reduced;
    this.matchesRanks = matchesRanks;
    this.element = element;
  }

  /** A mean of errors; Keras 3 matches ranks in these functions themselves, so that metrics do. */
  private static ElementLoss error(Element element) {
    return new ElementLoss(Reduced.MEAN, true, element);
  }

  public static ElementLoss squaredError() {
    return error(SQUARED);
  }

  @Override
  public boolean insistsOnShape() {
    return element.equals(SQUARED);
  }

  public static ElementLoss absoluteError() {
    return error((y, p, dialect) -> abs(subtract(p, y)));
  }

  public static ElementLoss absolutePercentageError() {
    return error(
        (y, p, dialect) -> multiply(100, abs(divide(subtract(y, p), maximum(abs(y), EPSILON)))));
  }

  public static ElementLoss squaredLogarithmicError() {
    return error(
        (y, p, dialect) ->
            squaredDifference(log(add(maximum(p, EPSILON), 1)), log(add(maximum(y, EPSILON), 1))));
  }

  public static ElementLoss hinge() {
    return new ElementLoss(Reduced.MEAN, false, (y, p, dialect) -> margin(y, p, dialect));
  }

  public static ElementLoss squaredHinge() {
    return new ElementLoss(Reduced.MEAN, false, (y, p, dialect) -> square(margin(y, p, dialect)));
  }

  private static Value margin(Value y, Value p, Dialect dialect) {
    Value signs = dialect.has(Quirk.HINGE_CONVERTS_LABELS) ? HingeLabels.signs(y) : y;
    return maximum(subtract(1, multiply(signs, p)), 0);
  }

  /** Up to 2.1.1 the hyperbolic cosine was computed as it is written, and overflowed. */
  public static ElementLoss logCosh() {
    return error(
        (y, p, dialect) -> {
          Value d = subtract(p, y);
          return dialect.has(Quirk.LOGCOSH_OVERFLOWS)
              ? log(divide(add(exp(d), exp(negative(d))), 2))
              : subtract(add(d, softplus(multiply(d, -2))), Math.log(2));
        });
  }

  public static ElementLoss klDivergence() {
    return new ElementLoss(
        Reduced.SUM,
        false,
        (y, p, dialect) -> {
          Value target = clip(y, EPSILON, 1);
          return multiply(target, log(divide(target, clip(p, EPSILON, 1))));
        });
  }

  public static ElementLoss poisson() {
    return new ElementLoss(
        Reduced.MEAN, false, (y, p, dialect) -> subtract(p, multiply(y, log(add(p, EPSILON)))));
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    Ranks given = new Ranks(yTrue, yPred);
    Ranks ranks = matchesRanks && dialect.has(Quirk.MATCHES_RANKS) ? given.equal() : given;
    Value p = ranks.yPred().value();
    Value elements = element.of(cast(ranks.yTrue(), p.dtype()), p, dialect);
    if (reduced == Reduced.SUM) {
      return Scores.of(sum(elements, -1));
    }
    boolean whole = elements.dtype().isInteger() && dialect.has(Quirk.MEANS_OF_INTEGERS_TRUNCATE);
    return Scores.of(whole ? truncatedMean(elements, false, -1) : mean(elements, -1));
  }
}
