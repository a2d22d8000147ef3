package dev.keraunos.loss.internal.observe;

import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * One output's batch with its scores and what each of them counts.
 *
 * @param computed the outputs of the graph, by name
 * @param other the loss of other targets and predictions
 * @param reduction that weighed the scores
 * @param weighting as the reduction found it
 * @param coefficients one per score in row-major order, or a single one for all
 * @param isPerSample true if the first axis of the scores counts the samples
 * @param value the loss of the batch
 */
public record ScoredBatch(
    Map<String, Tensor> computed,
    Other other,
    Tensor yTrue,
    Tensor yPred,
    Optional<Tensor> logits,
    Grid scores,
    Reduction.Request request,
    Reduction reduction,
    Reduction.Weighting weighting,
    Grid coefficients,
    boolean isPerSample,
    double value) {

  /** Computes the loss of the batch for other targets and predictions. */
  public interface Other {
    /** The loss that they would have; shapes are those of the batch, but for its size. */
    double value(Tensor yTrue, Tensor yPred, Optional<Tensor> logits);
  }

  /** The number of samples. */
  public int samples() {
    return (int) yPred.shape().dim(0);
  }

  /** The same loss as scores of other positions, whose first axis counts the samples. */
  public ScoredBatch at(Grid otherScores, Grid otherCoefficients) {
    return new ScoredBatch(
        computed,
        other,
        yTrue,
        yPred,
        logits,
        otherScores,
        request,
        reduction,
        weighting,
        otherCoefficients,
        true,
        value);
  }

  /** What the scores of each sample add to the loss of the batch. */
  public double[] sharesOfSamples() {
    double[] sums = new double[samples()];
    int size = scores.size() / sums.length;
    boolean equal = coefficients.size() == 1;
    for (int sample = 0; sample < sums.length; sample++) {
      double sum = 0;
      for (int i = sample * size; i < (sample + 1) * size; i++) {
        sum += equal ? scores.at(i) : coefficients.at(i) * scores.at(i);
      }
      sums[sample] = equal ? sum * coefficients.at(0) : sum;
    }
    return sums;
  }

  /** The axes of the scores behind the samples. */
  public Shape positions() {
    return scores.shape().without(0);
  }
}
