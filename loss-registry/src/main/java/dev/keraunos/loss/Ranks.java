package dev.keraunos.loss;

import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.squeeze;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;

/**
 * Targets and a prediction as a function of Keras receives them: types and ranks made to match
 * where Keras does.
 */
public record Ranks(Value yTrue, Prediction yPred) {
  /**
   * What {@code model.evaluate} hands to a loss function. Graphs take targets for as many axes as
   * the output has, and so do not match ranks; for Keras' own losses they insist on the shape of
   * the output.
   *
   * @throws InputException where that Keras refuses targets of this shape
   */
  public static Ranks forLoss(Loss loss, Value yTrue, Prediction yPred) {
    Ranks ranks = forLoss(yTrue, yPred);
    boolean own = loss instanceof BuiltInLoss builtIn && !builtIn.takesClassNumbers();
    Dialect dialect = yPred.dialect();
    boolean insists =
        own
            && dialect.has(Quirk.LOSSES_INSIST_ON_SHAPE)
            && (((BuiltInLoss) loss).insistsOnShape()
                || !dialect.has(Quirk.SOME_LOSSES_INSIST_ON_SHAPE));
    if (insists) {
      ranks.requireSameShape(dialect.has(Quirk.LOSSES_INSIST_ON_RANK));
    }
    return ranks;
  }

  /**
   * Refuses targets in another shape than the prediction's.
   *
   * @throws InputException saying so
   */
  void requireSameShape() {
    requireSameShape(true);
  }

  /** The graphs of TensorFlow compare the axes that both have, those of Keras the rank too. */
  private void requireSameShape(boolean sameRank) {
    Shape y = yTrue.shape();
    Shape p = yPred.value().shape();
    boolean same = !sameRank || y.rank() == p.rank();
    for (int i = 0; same && i < Math.min(y.rank(), p.rank()); i++) {
      same = y.dim(i) == p.dim(i) || !y.isKnown(i) || !p.isKnown(i);
    }
    if (!same) {
      throw new InputException(
          yPred.dialect().keras()
              + " wants targets in the shape of the predictions"
              + (y.rank() == 0 || y.rank() < p.rank() || y.dim(-1) == 1
                  ? "; class numbers are for sparse_categorical_crossentropy"
                  : ""));
    }
  }

  private static Ranks forLoss(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    if (!dialect.has(Quirk.LOSSES_COMPUTE_IN_FLOAT32)) {
      Ranks fed = fed(yTrue, yPred);
      return dialect.has(Quirk.SQUEEZES_TARGETS) ? fed.squeezed() : fed;
    }
    boolean casts = yPred.value().dtype() != DType.FLOAT32;
    Prediction p = casts ? yPred.with(cast(yPred.value(), DType.FLOAT32)) : yPred;
    return new Ranks(cast(yTrue, DType.FLOAT32), p).equal();
  }

  /** What {@code model.evaluate} hands to a metric function; Keras 3 leaves it to the function. */
  public static Ranks forMetric(Value yTrue, Prediction yPred) {
    Ranks fed = forState(yTrue, yPred);
    return yPred.dialect().has(Quirk.SQUEEZES_TARGETS) ? fed.squeezed() : fed;
  }

  /** What {@code model.evaluate} hands to a metric with a state of its own. */
  public static Ranks forState(Value yTrue, Prediction yPred) {
    boolean fed = yPred.dialect().has(Quirk.TARGETS_BECOME_COLUMNS);
    return fed ? fed(yTrue, yPred) : new Ranks(yTrue, yPred);
  }

  /** Targets of rank 1 become a column: up to 2.6 always, then beside outputs of rank 2. */
  private static Ranks fed(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    DType wanted = yPred.value().dtype();
    boolean always = dialect.has(Quirk.TARGETS_BECOME_COLUMNS_BESIDE_ALL);
    boolean column = yTrue.rank() == 1 && (always || yPred.value().rank() == 2);
    boolean casts =
        dialect.has(Quirk.CASTS_ALL_TARGETS) || yTrue.dtype().isFloating() == wanted.isFloating();
    Value y = column ? expandDims(yTrue, -1) : yTrue;
    return new Ranks(casts ? cast(y, wanted) : y, yPred);
  }

  /**
   * {@code squeeze_or_expand_to_same_rank} of Keras 3: a trailing axis of length 1 that only one of
   * them has.
   */
  public Ranks equal() {
    Value p = yPred.value();
    boolean expands = yPred.dialect().has(Quirk.EXPANDS_VECTORS_TOO);
    if (expands && hasExtraColumn(p, yTrue) && yTrue.rank() == 1) {
      return new Ranks(expandDims(yTrue, -1), yPred);
    }
    if (expands && hasExtraColumn(yTrue, p) && p.rank() == 1) {
      return new Ranks(yTrue, yPred.with(expandDims(p, -1)));
    }
    return squeezed();
  }

  /** {@code squeeze_or_expand_dimensions} of Keras 2: the same, by squeezing only. */
  public Ranks squeezed() {
    Value p = yPred.value();
    if (hasExtraColumn(p, yTrue)) {
      return new Ranks(yTrue, yPred.with(squeeze(p, -1)));
    }
    return hasExtraColumn(yTrue, p) ? new Ranks(squeeze(yTrue, -1), yPred) : this;
  }

  private static boolean hasExtraColumn(Value x, Value other) {
    return x.rank() == other.rank() + 1 && x.shape().dim(-1) == 1;
  }
}
