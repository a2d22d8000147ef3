package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * One output's batch with its scores and what each of them counts.
 *
 * @param weighting as the reduction found it
 * @param coefficients one per score in row-major order, or a single one for all
 * @param value the loss of the batch
 */
record ScoredBatch(
    OutputProgram program,
    OutputProgram.Results results,
    Tensor yTrue,
    Tensor yPred,
    Optional<Tensor> logits,
    Grid scores,
    Reduction.Request request,
    Reduction.Weighting weighting,
    Grid coefficients,
    double value) {

  /** The number of samples. */
  int samples() {
    return (int) yPred.shape().dim(0);
  }

  /** True if the first axis of the scores counts the samples. */
  boolean isPerSample() {
    Shape shape = scores.shape();
    return program.isPerSample() && shape.dim(0) == samples() && scores.size() > 0;
  }

  /** The axes of the scores behind the samples. */
  Shape positions() {
    return scores.shape().without(0);
  }
}
