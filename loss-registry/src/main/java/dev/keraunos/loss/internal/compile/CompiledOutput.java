package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.loss.registry.LossRegistry;
import java.util.List;
import java.util.Optional;

/**
 * What an output was compiled with, or one more loss of it.
 *
 * @param lossName for people
 * @param settings of the loss as the file has them; empty where it has none
 * @param isOfKeras true if the loss is what Keras itself brings under this name
 * @param lossReported as Keras names the loss beside that of the model; empty if it does not
 * @param findsLogits false where Keras runs a loop that does not
 * @param countsBatchesOnce in the loss of the output, whatever their size
 */
public record CompiledOutput(
    OutputSpec output,
    Optional<Loss> loss,
    String lossName,
    JsonNode settings,
    boolean isOfKeras,
    Optional<String> lossReported,
    double lossWeight,
    Reduction.Mode mode,
    List<CompiledMetric> metrics,
    boolean findsLogits,
    boolean countsBatchesOnce) {
  /** The loss with one setting replaced; empty for a loss that is not Keras' own. */
  public Optional<Loss> with(String setting, Object value) {
    if (!isOfKeras || loss.isEmpty()) {
      return Optional.empty();
    }
    JsonNodeFactory json = JsonNodeFactory.instance;
    ObjectNode changed = json.objectNode();
    settings.properties().forEach(field -> changed.set(field.getKey(), field.getValue()));
    changed.set(
        setting,
        value instanceof Boolean flag ? json.booleanNode(flag) : json.numberNode((Double) value));
    return Optional.of(
        LossRegistry.standard()
            .loss(json.objectNode().put("class_name", lossName).set("config", changed)));
  }
}
