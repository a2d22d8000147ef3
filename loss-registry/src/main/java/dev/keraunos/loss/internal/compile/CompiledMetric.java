package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.loss.Metric;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.tensor.Shape;

/**
 * A metric of an output.
 *
 * @param name as reported
 * @param kind the name that Keras' own code knows it by, {@code accuracy} where that depends on the
 *     output
 * @param settings as the file has them; empty where it has none
 * @param weighted true for one of {@code weighted_metrics}
 * @param precision of its state
 */
public record CompiledMetric(
    String name,
    Metric metric,
    String kind,
    JsonNode settings,
    boolean weighted,
    Precision precision) {
  /** The kind that it is beside such targets and predictions. */
  public String kind(Shape yTrue, Shape yPred) {
    return metric instanceof OpenMetric open ? open.kind(yTrue, yPred) : kind;
  }
}
