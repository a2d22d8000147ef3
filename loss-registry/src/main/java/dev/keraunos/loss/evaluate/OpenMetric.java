package dev.keraunos.loss.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.LossRegistry;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.tensor.Shape;
import java.util.Set;

/**
 * {@code accuracy} or {@code crossentropy}: what they stand for depends on the shapes or the loss
 * of the output.
 */
record OpenMetric(LossRegistry registry, JsonNode saved, Dialect dialect, JsonNode loss)
    implements MetricFunction {
  private static final Set<String> NAMES = Set.of("accuracy", "acc", "crossentropy", "ce");

  static boolean isOpen(JsonNode saved) {
    return NAMES.contains(saved.asText("").toLowerCase(java.util.Locale.ROOT));
  }

  MetricFunction resolve(Shape yTrue, Shape yPred) {
    return (MetricFunction) registry.metric(registry.resolve(saved, dialect, loss, yTrue, yPred));
  }

  @Override
  public Value values(Value yTrue, Value yPred) {
    return resolve(yTrue.shape(), yPred.shape()).values(yTrue, yPred);
  }
}
