package dev.keraunos.loss;

import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/** What a {@link StatefulMetric} has seen so far. */
public interface MetricState {
  /**
   * Adds a batch.
   *
   * @param yTrue targets, of any type
   * @param yPred float32
   * @param weights sample weights and mask as that Keras hands them to a metric object, float32;
   *     empty for none
   */
  void add(Tensor yTrue, Tensor yPred, Optional<Tensor> weights);

  /** The metric: one number, or several where Keras returns an array. */
  double[] result();
}
