package dev.keraunos.loss.internal.crossentropy;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.clip;
import static dev.keraunos.graph.Ops.constant;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.like;
import static dev.keraunos.graph.Ops.log;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.power;
import static dev.keraunos.graph.Ops.reduce;
import static dev.keraunos.graph.Ops.softmax;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;

import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.tensor.Tensor;

/**
 * {@code keras.losses.categorical_focal_crossentropy}: (..., C) to (...); alpha may be one number
 * per class.
 */
public final class CategoricalFocalCrossentropy extends BuiltInLoss {
  private final float[] alpha;
  private final double gamma;
  private final boolean fromLogits;
  private final double smoothing;
  private final int axis;

  public CategoricalFocalCrossentropy(Config config) {
    alpha = config.get("alpha").floats(0.25f);
    gamma = config.get("gamma").number(2);
    fromLogits = config.get("from_logits").bool(false);
    smoothing = config.get("label_smoothing").number(0);
    axis = config.get("axis").integer(-1);
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    if (!yPred.dialect().has(Quirk.FOCAL_LOSS_FORGETS_LOGITS)) {
      new Ranks(yTrue, yPred).requireSameShape();
    }
    Value y = cast(yTrue, yPred.value().dtype());
    if (smoothing != 0) {
      y = add(multiply(y, 1 - smoothing), smoothing / y.shape().dim(-1));
    }
    Value p = probabilities(yPred);
    Value normal = divide(p, reduce(ReduceKind.SUM, p, true, axis));
    Value clipped = clip(normal, Crossentropy.EPSILON, 1 - Crossentropy.EPSILON);
    Value crossentropy = multiply(negative(y), log(clipped));
    Value factor = multiply(power(subtract(1, clipped), gamma), alpha(p));
    return Scores.of(sum(multiply(factor, crossentropy), axis));
  }

  private Value alpha(Value beside) {
    return alpha.length == 1 ? like(beside, alpha[0]) : constant(beside, Tensor.of(alpha));
  }

  /** tf_keras goes back to logits it remembers, Keras 3 does not. */
  private Value probabilities(Prediction yPred) {
    Crossentropy.Source source =
        yPred.dialect().has(Quirk.FOCAL_LOSS_FORGETS_LOGITS)
            ? new Crossentropy.Source(yPred.value(), fromLogits)
            : Crossentropy.Source.of(yPred, fromLogits, "softmax");
    return source.isLogits() ? softmax(source.value(), axis) : source.value();
  }
}
