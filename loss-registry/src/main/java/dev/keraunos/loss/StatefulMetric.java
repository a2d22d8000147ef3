package dev.keraunos.loss;

import dev.keraunos.keras.Dialect;

/** A metric with numbers of its own that it keeps over batches, such as a confusion matrix. */
@FunctionalInterface
public non-sealed interface StatefulMetric extends Metric {
  /** A state that has seen nothing, for an evaluation in this dialect. */
  MetricState start(Dialect dialect);
}
