package dev.keraunos.loss;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;

/**
 * A loss function, written with {@link dev.keraunos.graph.Ops} as it is written in Python with
 * {@code keras.ops}:
 *
 * <pre>{@code
 * Loss mse = (yTrue, yPred) -> mean(square(subtract(yPred, yTrue)), -1);
 * }</pre>
 *
 * <p>Targets arrive as Keras hands them to the function: floating targets in the type of the
 * prediction, others unchanged. The scores have one number per sample or position, (batch, ...)
 * without the last axis of the prediction, or are a scalar where the loss couples the whole batch.
 * Averaging, masks and weights are the evaluation's business.
 *
 * <p>Called once per graph, not per batch. Implementations are stateless.
 */
@FunctionalInterface
public interface Loss {
  /** The scores of a prediction. */
  Value scores(Value yTrue, Value yPred);

  /**
   * The scores where the dialect, the logits or positions that do not count matter; see {@link
   * #of}.
   */
  default Scores scores(Value yTrue, Prediction yPred) {
    return Scores.of(scores(yTrue, yPred.value()));
  }

  /**
   * A loss that calls Keras' own, which depend on the version and on logits:
   *
   * <pre>{@code
   * Loss doubled = Loss.of((yTrue, yPred) -> multiply(2, KerasLosses.binaryCrossentropy(yTrue, yPred)));
   * }</pre>
   */
  static Loss of(PredictionLoss function) {
    return new Loss() {
      @Override
      public Value scores(Value yTrue, Value yPred) {
        return function.scores(yTrue, Prediction.of(yPred));
      }

      @Override
      public Scores scores(Value yTrue, Prediction yPred) {
        return Scores.of(function.scores(yTrue, yPred));
      }
    };
  }

  /**
   * A loss that is computed on tensors.
   *
   * @throws dev.keraunos.error.InputException from evaluations, if scores have another type or
   *     shape than the loss says
   */
  static Loss ofTensors(TensorLoss loss) {
    return (yTrue, yPred) -> Ops.apply(new Op.Call(new TensorScores(loss)), yTrue, yPred).get(0);
  }
}
