package dev.keraunos.loss;

import dev.keraunos.graph.Value;
import java.util.Optional;

/** A metric with numbers of its own that add up over batches, such as a confusion matrix. */
public non-sealed interface MetricState extends Metric {
  /**
   * What a batch adds to the state: a tensor whose shape does not depend on the batch.
   *
   * @param weights sample weights and mask as that Keras hands them to a metric object; empty for
   *     none
   */
  Value update(Value yTrue, Prediction yPred, Optional<Value> weights);

  /**
   * The metric.
   *
   * @param state the updates summed over all batches, in row-major order
   */
  double result(double[] state, Dialect dialect);
}
