package dev.keraunos;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.argmax;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.constant;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.greater;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.take;

import dev.keraunos.graph.Value;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.registry.KerasLosses;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.Tensor;

/** The loss and the metric of the reference model; fixtures/recorder/unet.py has them. */
final class ReferenceLoss {
  private static final float[] CLASS_WEIGHTS = {1, 1, 1, 1, 1000};

  private ReferenceLoss() {}

  static LossRegistry registry() {
    return LossRegistry.builder()
        .loss("weighted_bce_dice", Loss.of(ReferenceLoss::scores))
        .metric("mean_iou", ReferenceLoss::meanIou)
        .build();
  }

  private static Value scores(Value yTrue, Prediction prediction) {
    Value yPred = prediction.value();
    Value bce = KerasLosses.binaryCrossentropy(yTrue, prediction);
    Value overlap = add(multiply(2, sum(multiply(yTrue, yPred))), 1);
    Value dice = divide(overlap, add(add(sum(yTrue), sum(yPred)), 1));
    Value weight = take(constant(yPred, Tensor.of(CLASS_WEIGHTS)), argmax(yTrue, -1), 0);
    return multiply(subtract(bce, add(1, dice)), weight);
  }

  private static Value meanIou(Value yTrue, Value yPred) {
    Value found = cast(greater(yPred, 0.5), yPred.dtype());
    Value overlap = sum(multiply(yTrue, found), 0, 1, 2);
    Value union = subtract(add(sum(yTrue, 0, 1, 2), sum(found, 0, 1, 2)), overlap);
    return mean(divide(add(overlap, 1e-7), add(union, 1e-7)));
  }
}
