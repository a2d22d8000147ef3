package dev.keraunos.loss;

import dev.keraunos.graph.Value;
import java.util.Optional;

/** A metric with numbers of its own that add up over batches, such as a confusion matrix. */
public non-sealed interface MetricState extends Metric {
  /**
   * What a batch adds to the state: a tensor whose shape does not depend on the batch.
   *
   * @param weights sample weights times mask, broadcastable to the targets; empty where every
   *     element counts once
   */
  Value update(Value yTrue, Prediction yPred, Optional<Value> weights);

  /** The metric of the state summed over all batches, in row-major order. */
  double result(double[] state);
}
