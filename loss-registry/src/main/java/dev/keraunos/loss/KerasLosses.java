package dev.keraunos.loss;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.graph.Value;

/**
 * {@code keras.losses} for use inside losses of your own: the functions as the dialect of the
 * prediction computes them, with their default arguments. See {@link Loss#of}.
 */
public final class KerasLosses {
  private static final JsonNode DEFAULTS = JsonNodeFactory.instance.objectNode();

  private KerasLosses() {}

  /** (..., C) to (...). */
  public static Value binaryCrossentropy(Value yTrue, Prediction yPred) {
    return new BinaryCrossentropy(DEFAULTS).scores(yTrue, yPred).values();
  }

  /** (..., C) to (...). */
  public static Value categoricalCrossentropy(Value yTrue, Prediction yPred) {
    return new CategoricalCrossentropy(DEFAULTS).scores(yTrue, yPred).values();
  }

  /** Labels (...) and predictions (..., C) to (...). */
  public static Value sparseCategoricalCrossentropy(Value yTrue, Prediction yPred) {
    return new SparseCategoricalCrossentropy(DEFAULTS).scores(yTrue, yPred).values();
  }

  /** (..., C) to (...). */
  public static Value meanSquaredError(Value yTrue, Prediction yPred) {
    return ElementLoss.squaredError().scores(yTrue, yPred).values();
  }

  /** (..., C) to (...). */
  public static Value meanAbsoluteError(Value yTrue, Prediction yPred) {
    return ElementLoss.absoluteError().scores(yTrue, yPred).values();
  }
}
