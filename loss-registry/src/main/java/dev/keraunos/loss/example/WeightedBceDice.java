package dev.keraunos.loss.example;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.argmax;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.constant;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.greater;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.named;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.take;

import dev.keraunos.graph.Value;
import dev.keraunos.loss.KerasLosses;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.LossProvider;
import dev.keraunos.loss.LossRegistry;
import dev.keraunos.loss.Prediction;
import dev.keraunos.tensor.Tensor;

/**
 * A custom loss as it is met in segmentation: binary crossentropy less one plus the Dice
 * coefficient of the whole batch, times the weight of the pixel's class; and a metric beside it. In
 * Python:
 *
 * <pre>{@code
 * def weighted_bce_dice(y_true, y_pred):
 *     bce = K.mean(K.binary_crossentropy(y_true, y_pred), axis=-1)
 *     dice = (2 * K.sum(y_true * y_pred) + 1) / (K.sum(y_true) + K.sum(y_pred) + 1)
 *     weight = K.gather(K.constant([1., 1., 1., 1., 1000.]), K.argmax(y_true, axis=-1))
 *     return (bce - (1 + dice)) * weight
 *
 * def mean_iou(y_true, y_pred):
 *     found = K.cast(K.greater(y_pred, 0.5), "float32")
 *     overlap = K.sum(y_true * found, axis=(0, 1, 2))
 *     union = K.sum(y_true, axis=(0, 1, 2)) + K.sum(found, axis=(0, 1, 2)) - overlap
 *     return K.mean((overlap + 1e-7) / (union + 1e-7))
 * }</pre>
 *
 * <p>{@code named} gives the summands the names by which an explanation lists them. It changes no
 * number.
 */
public final class WeightedBceDice implements LossProvider {
  private static final float[] CLASS_WEIGHTS = {1, 1, 1, 1, 1000};
  private static final double SMOOTH = 1e-7;

  /**
   * The loss: targets and predictions (batch, height, width, 5) to scores (batch, height, width).
   */
  public static Value weightedBceDice(Value yTrue, Prediction prediction) {
    Value yPred = prediction.value();
    Value bce = KerasLosses.binaryCrossentropy(yTrue, prediction);
    Value overlap = add(multiply(2, sum(multiply(yTrue, yPred))), 1);
    Value dice = divide(overlap, add(add(sum(yTrue), sum(yPred)), 1));
    Value weight = take(constant(yPred, Tensor.of(CLASS_WEIGHTS)), argmax(yTrue, -1), 0);
    Value perPixel = subtract(named("bce", bce), named("1 + dice", add(1, dice)));
    return multiply(perPixel, named("class weight", weight));
  }

  /** The metric: a number for the whole batch. */
  public static Value meanIou(Value yTrue, Value yPred) {
    Value found = cast(greater(yPred, 0.5), yPred.dtype());
    Value overlap = sum(multiply(yTrue, found), 0, 1, 2);
    Value union = subtract(add(sum(yTrue, 0, 1, 2), sum(found, 0, 1, 2)), overlap);
    return mean(divide(add(overlap, SMOOTH), add(union, SMOOTH)));
  }

  /** Registers both under the names that the model file holds: those of the Python functions. */
  @Override
  public void register(LossRegistry.Builder registry) {
    registry.loss("weighted_bce_dice", Loss.of(WeightedBceDice::weightedBceDice));
    registry.metric("mean_iou", WeightedBceDice::meanIou);
  }
}
