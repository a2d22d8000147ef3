package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.tensor.Tensor;
import java.util.Map;

/**
 * A batch as an output's evidence sees it.
 *
 * @param inputs of the model, by name; empty where nobody gave them
 * @param first the index of its first sample among all
 * @param told true if targets name one class per position, so that classes were counted already
 * @param ofLogits true if predictions are logits, which say yes above 0
 */
public record Seen(
    ScoredBatch batch, Map<String, Tensor> inputs, long first, boolean told, boolean ofLogits) {
  /** The coefficient of the score of a position. */
  double coefficient(int position) {
    return batch.coefficients().at(position);
  }

  /** True if every position of the prediction, its last axis aside, has a score. */
  boolean isPlaced() {
    return batch.yPred().shape().rank() > 0
        && batch.yPred().shape().dim(-1) > 0
        && batch.scores().size() == batch.yPred().size() / batch.yPred().shape().dim(-1);
  }

  /** What each sample adds to the loss of the batch; empty where they are coupled. */
  double[] bySample() {
    return batch.isPerSample() ? batch.sharesOfSamples() : new double[0];
  }
}
