package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * One output's batch with its scores and what each of them counts.
 *
 * @param weighting as the reduction found it
 * @param coefficients one per score in row-major order, or a single one for all
 * @param isPerSample true if the first axis of the scores counts the samples
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
    boolean isPerSample,
    double value) {

  /** The number of samples. */
  int samples() {
    return (int) yPred.shape().dim(0);
  }

  /** The same loss as scores of other positions, whose first axis counts the samples. */
  ScoredBatch at(Grid otherScores, Grid otherCoefficients) {
    return new ScoredBatch(
        program,
        results,
        yTrue,
        yPred,
        logits,
        otherScores,
        request,
        weighting,
        otherCoefficients,
        true,
        value);
  }

  /** The axes of the scores behind the samples. */
  Shape positions() {
    return scores.shape().without(0);
  }
}
