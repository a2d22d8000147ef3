package dev.keraunos.loss.internal.crossentropy;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.sum;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.loss.internal.builtin.Ranks;

/**
 * {@code keras.losses.categorical_crossentropy}: (..., C) to (...), the sum over an axis of −y ln
 * p.
 */
public final class CategoricalCrossentropy extends BuiltInLoss {
  private final boolean fromLogits;
  private final double smoothing;
  private final int axis;

  public CategoricalCrossentropy(Config config) {
    fromLogits = config.get("from_logits").bool(false);
    smoothing = config.get("label_smoothing").number(0);
    axis = config.get("axis").integer(-1);
  }

  @Override
  public boolean insistsOnShape() {
    return true;
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    new Ranks(yTrue, yPred).requireSameShape();
    if (yPred.dialect().has(Quirk.LOSSES_INSIST_ON_SHAPE) && yTrue.shape().dim(-1) == 1) {
      throw new InputException(
          yPred.dialect().keras()
              + " takes targets of one column for class numbers, which are for"
              + " sparse_categorical_crossentropy; one class is for binary_crossentropy");
    }
    Value y = cast(yTrue, yPred.value().dtype());
    if (smoothing != 0) {
      y = add(multiply(y, 1 - smoothing), smoothing / classes(y, yPred.dialect()));
    }
    Value logs = Crossentropy.logProbabilities(yPred, fromLogits, axis);
    return Scores.of(negative(sum(multiply(y, logs), axis)));
  }

  /** Which axis counts the classes that share the smoothing: not always the one that holds them. */
  private double classes(Value y, Dialect dialect) {
    boolean honest = dialect.has(Quirk.SMOOTHS_BY_CLASS_AXIS);
    int counted = dialect.has(Quirk.SMOOTHS_BY_SECOND_AXIS) ? 1 : honest ? axis : -1;
    long count = y.shape().dim(counted);
    if (count < 0) {
      throw new InputException(
          "label_smoothing needs a known number of classes, the targets are " + y.shape());
    }
    return count;
  }
}
