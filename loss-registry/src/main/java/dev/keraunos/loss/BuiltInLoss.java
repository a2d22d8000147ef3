package dev.keraunos.loss;

import dev.keraunos.graph.Value;

/** A loss of Keras: a function of what Keras knows of the prediction. */
abstract class BuiltInLoss implements Loss {
  @Override
  public final Value scores(Value yTrue, Value yPred) {
    return scores(yTrue, Prediction.of(yPred)).values();
  }

  @Override
  public abstract Scores scores(Value yTrue, Prediction yPred);
}
