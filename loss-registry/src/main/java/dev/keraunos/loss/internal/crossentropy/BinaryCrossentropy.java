package dev.keraunos.loss.internal.crossentropy;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.multiply;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;

/**
 * {@code keras.losses.binary_crossentropy}: (..., C) to (...), the mean over an axis of the element
 * losses.
 */
public final class BinaryCrossentropy extends BuiltInLoss {
  private final boolean fromLogits;
  private final double smoothing;
  private final int axis;

  public BinaryCrossentropy(Config config) {
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
    Value y = smooth(cast(yTrue, yPred.value().dtype()), smoothing);
    return Scores.of(mean(Crossentropy.binary(y, yPred, fromLogits), axis));
  }

  /** Labels moved towards a half. */
  static Value smooth(Value y, double smoothing) {
    return smoothing == 0 ? y : add(multiply(y, 1 - smoothing), 0.5 * smoothing);
  }
}
