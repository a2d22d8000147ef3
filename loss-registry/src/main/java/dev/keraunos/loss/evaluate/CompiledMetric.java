package dev.keraunos.loss.evaluate;

import dev.keraunos.loss.Metric;

/**
 * A metric of an output.
 *
 * @param name as reported
 * @param weighted true for one of {@code weighted_metrics}
 * @param precision of its state
 */
record CompiledMetric(String name, Metric metric, boolean weighted, Precision precision) {}
