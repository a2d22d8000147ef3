package dev.keraunos.loss.registry;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.internal.crossentropy.BinaryCrossentropy;
import dev.keraunos.loss.internal.crossentropy.CategoricalCrossentropy;
import dev.keraunos.loss.internal.crossentropy.SparseCategoricalCrossentropy;
import dev.keraunos.loss.internal.distance.ElementLoss;

/**
 * {@code keras.losses} for use inside losses of your own: the functions as the dialect of the
 * prediction computes them, with their default arguments. See {@link dev.keraunos.loss.Loss#of}.
 */
public final class KerasLosses {
  private KerasLosses() {}

  /** (..., C) to (...). */
  public static Value binaryCrossentropy(Value yTrue, Prediction yPred) {
    return new BinaryCrossentropy(defaults()).scores(yTrue, yPred).values();
  }

  /** (..., C) to (...). */
  public static Value categoricalCrossentropy(Value yTrue, Prediction yPred) {
    return new CategoricalCrossentropy(defaults()).scores(yTrue, yPred).values();
  }

  /** Labels (...) and predictions (..., C) to (...). */
  public static Value sparseCategoricalCrossentropy(Value yTrue, Prediction yPred) {
    return new SparseCategoricalCrossentropy(defaults()).scores(yTrue, yPred).values();
  }

  /** (..., C) to (...). */
  public static Value meanSquaredError(Value yTrue, Prediction yPred) {
    return ElementLoss.squaredError().scores(yTrue, yPred).values();
  }

  /** (..., C) to (...). */
  public static Value meanAbsoluteError(Value yTrue, Prediction yPred) {
    return ElementLoss.absoluteError().scores(yTrue, yPred).values();
  }

  private static Config defaults() {
    return new Config(null, "the loss");
  }
}
