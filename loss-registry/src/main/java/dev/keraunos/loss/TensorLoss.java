package dev.keraunos.loss;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;

/**
 * A loss function in plain Java, for what {@link dev.keraunos.graph.Ops} cannot say; see {@link
 * Loss#ofTensors}. Nobody can look inside: it has no gradient, and explanations take it whole.
 *
 * <pre>{@code
 * TensorLoss largestError = (yTrue, yPred) -> {
 *   Tensor scores = Tensor.zeros(DType.FLOAT32, yPred.shape().dim(0));
 *   ...
 *   return scores;
 * };
 * }</pre>
 *
 * <p>Implementations are stateless, as several threads may call them at once.
 */
@FunctionalInterface
public interface TensorLoss {
  /**
   * The scores of a batch, a new float32 tensor.
   *
   * @param yTrue targets as Keras hands them to the function, to be read only
   * @param yPred the prediction, float32, likewise
   */
  Tensor scores(Tensor yTrue, Tensor yPred);

  /**
   * The shape of the scores: the prediction's without the last axis unless overridden, such as by
   * {@link Shape#scalar} for a number per batch.
   *
   * @param yPred the shape of the prediction, whose dimensions may be unknown
   */
  default Shape shape(Shape yPred) {
    return yPred.without(-1);
  }
}
