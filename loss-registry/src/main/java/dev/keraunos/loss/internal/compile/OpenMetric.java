package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.Shape;

/** A metric whose name stands for different functions beside different outputs. */
public record OpenMetric(LossRegistry registry, JsonNode saved, Dialect dialect, JsonNode loss)
    implements MetricFunction {
  private static final Shape UNSEEN = Shape.of(Shape.UNKNOWN, Shape.UNKNOWN);

  /** True if the name does not stand for the same function everywhere. */
  static boolean isOpen(LossRegistry registry, JsonNode saved, Dialect dialect) {
    return saved.isTextual()
        && !registry.resolve(saved, dialect, null, UNSEEN, UNSEEN).equals(saved);
  }

  /** The name of the function that it is beside such targets and predictions. */
  String kind(Shape yTrue, Shape yPred) {
    return registry.canonicalName(registry.resolve(saved, dialect, loss, yTrue, yPred));
  }

  public MetricFunction resolve(Shape yTrue, Shape yPred) {
    return (MetricFunction) registry.metric(registry.resolve(saved, dialect, loss, yTrue, yPred));
  }

  @Override
  public Value values(Value yTrue, Value yPred) {
    return resolve(yTrue.shape(), yPred.shape()).values(yTrue, yPred);
  }
}
