package dev.keraunos.loss;

import dev.keraunos.graph.Value;

/** A loss function that looks at more than the output itself; see {@link Loss#of}. */
@FunctionalInterface
public interface PredictionLoss {
  /** The scores of a prediction. */
  Value scores(Value yTrue, Prediction yPred);
}
