package dev.keraunos.loss.internal.crossentropy;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.power;
import static dev.keraunos.graph.Ops.sigmoid;
import static dev.keraunos.graph.Ops.subtract;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import java.util.Optional;

/** {@code keras.losses.binary_focal_crossentropy}: (..., C) to (...). */
public final class BinaryFocalCrossentropy extends BuiltInLoss {
  private final boolean balanced;
  private final double alpha;
  private final double gamma;
  private final boolean fromLogits;
  private final double smoothing;
  private final int axis;

  public BinaryFocalCrossentropy(Config config) {
    balanced = config.get("apply_class_balancing").bool(false);
    alpha = config.get("alpha").number(0.25);
    gamma = config.get("gamma").number(2);
    fromLogits = config.get("from_logits").bool(false);
    smoothing = config.get("label_smoothing").number(0);
    axis = config.get("axis").integer(-1);
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Value y = BinaryCrossentropy.smooth(cast(yTrue, yPred.value().dtype()), smoothing);
    Value p = fromLogits ? sigmoid(yPred.value()) : yPred.value();
    Value likelihood = add(multiply(y, p), multiply(subtract(1, y), subtract(1, p)));
    Value focal = multiply(power(subtract(1, likelihood), gamma), crossentropy(y, p, yPred));
    if (balanced) {
      Value weight = add(multiply(y, alpha), multiply(subtract(1, y), 1 - alpha));
      focal = multiply(weight, focal);
    }
    return Scores.of(mean(focal, axis));
  }

  /**
   * Keras 3 turns logits into probabilities first, of which TensorFlow then remembers the logits.
   */
  private Value crossentropy(Value y, Value p, Prediction yPred) {
    if (!fromLogits || !yPred.dialect().has(Quirk.FOCAL_LOSS_SQUASHES_LOGITS)) {
      return Crossentropy.binary(y, yPred, fromLogits);
    }
    return Crossentropy.binary(
        y, new Prediction(p, Optional.of(yPred.value()), yPred.dialect()), false);
  }
}
