package dev.keraunos.loss.internal.compile;

import dev.keraunos.loss.Metric;
import dev.keraunos.loss.internal.reduce.Precision;

/**
 * A metric of an output.
 *
 * @param name as reported
 * @param weighted true for one of {@code weighted_metrics}
 * @param precision of its state
 */
public record CompiledMetric(String name, Metric metric, boolean weighted, Precision precision) {}
