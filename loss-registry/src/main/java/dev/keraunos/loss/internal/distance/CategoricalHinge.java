package dev.keraunos.loss.internal.distance;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.max;
import static dev.keraunos.graph.Ops.maximum;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;

import dev.keraunos.graph.Value;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;

/** {@code keras.losses.categorical_hinge}: (..., C) to (...). */
public final class CategoricalHinge extends BuiltInLoss {
  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Value p = yPred.value();
    Value y = cast(yTrue, p.dtype());
    Value right = sum(multiply(y, p), -1);
    Value wrong = max(multiply(subtract(1, y), p), -1);
    return Scores.of(maximum(add(subtract(wrong, right), 1), 0));
  }
}
