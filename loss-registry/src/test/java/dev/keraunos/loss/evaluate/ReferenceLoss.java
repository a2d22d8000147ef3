package dev.keraunos.loss.evaluate;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.argmax;
import static dev.keraunos.graph.Ops.constant;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.named;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.take;

import dev.keraunos.graph.Value;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.registry.KerasLosses;
import dev.keraunos.loss.registry.LossProvider;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.Tensor;

/** The loss of the reference model as a class path provides it; record_explanations.py has it. */
public final class ReferenceLoss implements LossProvider {
  private static Value scores(Value yTrue, Prediction prediction) {
    Value yPred = prediction.value();
    Value overlap = add(multiply(2, sum(multiply(yTrue, yPred))), 1);
    Value dice = divide(overlap, add(add(sum(yTrue), sum(yPred)), 1));
    Tensor weights = Tensor.of(new float[] {1, 1, 1, 1, 1000});
    Value weight = take(constant(yPred, weights), argmax(yTrue, -1), 0);
    Value bce = named("bce", KerasLosses.binaryCrossentropy(yTrue, prediction));
    Value perPixel = subtract(bce, named("1 + dice", add(1, dice)));
    return multiply(perPixel, named("class weight", weight));
  }

  @Override
  public void register(LossRegistry.Builder registry) {
    registry.loss("weighted_bce_dice", Loss.of(ReferenceLoss::scores));
  }
}
