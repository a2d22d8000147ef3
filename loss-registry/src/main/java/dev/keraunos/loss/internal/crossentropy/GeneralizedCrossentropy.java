package dev.keraunos.loss.internal.crossentropy;

import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.oneHot;
import static dev.keraunos.graph.Ops.power;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.tensor.DType;

/**
 * {@code CategoricalGeneralizedCrossEntropy}: labels (...) and probabilities (..., C) to (...), (1
 * − p^q)/q.
 */
public final class GeneralizedCrossentropy extends BuiltInLoss {
  private final double q;

  public GeneralizedCrossentropy(Config config) {
    q = config.get("q").number(0.5);
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Value p = yPred.value();
    Value chosen = cast(oneHot(cast(yTrue, DType.INT32), (int) p.shape().dim(-1)), p.dtype());
    Value probability = sum(multiply(p, chosen), -1);
    return Scores.of(divide(subtract(1, power(probability, q)), q));
  }
}
