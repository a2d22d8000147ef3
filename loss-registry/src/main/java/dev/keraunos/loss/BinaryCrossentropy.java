package dev.keraunos.loss;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.multiply;

import dev.keraunos.graph.Value;

/**
 * {@code keras.losses.binary_crossentropy}: (..., C) to (...), the mean over an axis of the element
 * losses.
 */
final class BinaryCrossentropy extends BuiltInLoss {
  private final boolean fromLogits;
  private final double smoothing;
  private final int axis;

  BinaryCrossentropy(Settings config) {
    fromLogits = config.flag("from_logits", false);
    smoothing = config.number("label_smoothing", 0);
    axis = config.axis();
  }

  @Override
  boolean insistsOnShape() {
    return true;
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Value y = smooth(cast(yTrue, yPred.value().dtype()), smoothing);
    return Scores.of(mean(Crossentropy.binary(y, yPred, fromLogits), axis));
  }

  /** Labels moved towards a half. */
  static Value smooth(Value y, double smoothing) {
    return smoothing == 0 ? y : add(multiply(y, 1 - smoothing), 0.5 * smoothing);
  }
}
