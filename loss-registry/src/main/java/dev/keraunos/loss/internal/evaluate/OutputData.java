package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.tensor.Tensor;
import java.util.Map;
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
 * @param classWeight {@code class_weight} by class index. {@code evaluate} of no Keras takes it, so
 *     an evaluation computes what training reports: what {@code train_on_batch} returns for the
 *     batch before it changes the model, if no layer behaves differently in training. It becomes
 *     sample weights as that version makes them, which metrics of {@code weighted_metrics} see too
 */
public record OutputData(
    Tensor yTrue,
    Tensor yPred,
    Optional<Tensor> logits,
    Optional<Tensor> mask,
    Optional<Tensor> sampleWeight,
    Optional<Map<Integer, Double>> classWeight) {

  /** Without class weights. */
  public OutputData(
      Tensor yTrue,
      Tensor yPred,
      Optional<Tensor> logits,
      Optional<Tensor> mask,
      Optional<Tensor> sampleWeight) {
    this(yTrue, yPred, logits, mask, sampleWeight, Optional.empty());
  }

  /** Targets and prediction only. */
  public static OutputData of(Tensor yTrue, Tensor yPred) {
    return new OutputData(
        yTrue, yPred, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  public OutputData withLogits(Tensor logits) {
    return new OutputData(yTrue, yPred, Optional.of(logits), mask, sampleWeight, classWeight);
  }

  public OutputData withMask(Tensor mask) {
    return new OutputData(yTrue, yPred, logits, Optional.of(mask), sampleWeight, classWeight);
  }

  public OutputData withSampleWeight(Tensor sampleWeight) {
    return new OutputData(yTrue, yPred, logits, mask, Optional.of(sampleWeight), classWeight);
  }

  public OutputData withClassWeight(Map<Integer, Double> classWeight) {
    return new OutputData(yTrue, yPred, logits, mask, sampleWeight, Optional.of(classWeight));
  }
}
