package dev.keraunos.loss.internal.builtin;

import dev.keraunos.graph.Value;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;

/** A loss of Keras: a function of what Keras knows of the prediction. */
public abstract class BuiltInLoss implements Loss {
  @Override
  public final Value scores(Value yTrue, Value yPred) {
    return scores(yTrue, Prediction.of(yPred)).values();
  }

  /** True if targets are class numbers and need not have the shape of the prediction. */
  public boolean takesClassNumbers() {
    return false;
  }

  /** True if TensorFlow's graph mode compares the shapes of targets and prediction. */
  public boolean insistsOnShape() {
    return false;
  }

  @Override
  public abstract Scores scores(Value yTrue, Prediction yPred);
}
