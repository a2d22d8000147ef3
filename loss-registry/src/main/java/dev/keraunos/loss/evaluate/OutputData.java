package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * One output's part of a batch.
 *
 * @param yTrue the targets as the user gives them
 * @param yPred what the model computed
 * @param logits what went into the sigmoid or softmax that made yPred, in its shape, where the
 *     model ends in one
 * @param mask the mask that Keras attaches to the output, (batch, time) for most; non-zero counts
 * @param sampleWeight as the user gives it
 */
public record OutputData(
    Tensor yTrue,
    Tensor yPred,
    Optional<Tensor> logits,
    Optional<Tensor> mask,
    Optional<Tensor> sampleWeight) {

  /** Targets and prediction only. */
  public static OutputData of(Tensor yTrue, Tensor yPred) {
    return new OutputData(yTrue, yPred, Optional.empty(), Optional.empty(), Optional.empty());
  }

  public OutputData withLogits(Tensor logits) {
    return new OutputData(yTrue, yPred, Optional.of(logits), mask, sampleWeight);
  }

  public OutputData withMask(Tensor mask) {
    return new OutputData(yTrue, yPred, logits, Optional.of(mask), sampleWeight);
  }

  public OutputData withSampleWeight(Tensor sampleWeight) {
    return new OutputData(yTrue, yPred, logits, mask, Optional.of(sampleWeight));
  }
}
