package dev.keraunos.loss.internal.builtin;

import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.squeeze;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.tensor.Shape;

/**
 * Targets and a prediction as a function of Keras receives them: types and ranks made to match
 * where Keras does.
 */
public record Ranks(Value yTrue, Prediction yPred) {
  /**
   * Refuses targets in another shape than the prediction's.
   *
   * @throws InputException saying so
   */
  public void requireSameShape() {
    requireSameShape(true);
  }

  /**
   * The same for the axes that both have.
   *
   * @param sameRank whether the ranks must agree too
   * @throws InputException saying so
   */
  public void requireSameShape(boolean sameRank) {
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
              + (p.rank() > 0 && p.dim(-1) == 1
                  ? "; give them the same axes, such as (samples, 1) for one number a sample"
                  : y.rank() == 0 || y.rank() < p.rank() || y.dim(-1) == 1
                      ? "; class numbers are for sparse_categorical_crossentropy, vectors of them"
                          + " are Dataset.oneHot(numbers, classes)"
                      : ""));
    }
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

  /** As TensorFlow's Keras casts them for a metric. */
  public Ranks seen(Precision precision) {
    Value p = precision.seenPrediction(yPred.value(), yPred.dialect());
    return new Ranks(
        precision.seen(yTrue, yPred.dialect()), p == yPred.value() ? yPred : yPred.with(p));
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
