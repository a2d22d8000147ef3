package dev.keraunos.hub.internal.block;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.builtin.KerasLayers;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.keras.internal.config.DTypePolicy;
import dev.keraunos.keras.internal.config.Quantization;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The types of the layers of a quantized model, which saves a {@code DTypePolicyMap}: the path of
 * each quantized layer with how. {@code quantize} takes all layers inside a layer that can be, so
 * those that are not need not be told apart by their names.
 */
final class Types {
  private static final String DTYPE = "dtype";

  /** What Keras names the layers inside an attention, which find their type by name. */
  private static final List<String> PROJECTIONS =
      List.of("query", "key", "value", "attention_output", "gate");

  private Types() {}

  /** Gives a layer of a model what the map says of its name and of the paths below. */
  static void ofLayer(ObjectNode entry, String model) {
    ObjectNode config = (ObjectNode) entry.path("config");
    JsonNode map = map(config);
    if (map.isEmpty()) {
      return;
    }
    String name = config.path("name").asText();
    Set<JsonNode> found = new LinkedHashSet<>();
    Set<String> wrong = new TreeSet<>();
    for (Map.Entry<String, JsonNode> policy : map.properties()) {
      DTypePolicy type = DTypePolicy.read(policy.getValue(), model);
      if (policy.getKey().equals(name) || policy.getKey().startsWith(name + "/")) {
        found.add(((ObjectNode) policy.getValue().deepCopy()).without("shared_object_id"));
      }
      if (type.quantization().isEmpty()) {
        wrong.add(type.name());
      }
    }
    if (found.size() > 1) {
      found.forEach(policy -> wrong.add(DTypePolicy.read(policy, model).name()));
    }
    if (!wrong.isEmpty()) {
      throw refused(model + "/" + name, entry.path("class_name").asText(), wrong);
    }
    JsonNode rest = config.path(DTYPE).path("config").path("default_policy");
    config.set(DTYPE, found.isEmpty() ? rest : inside(rest, found.iterator().next()));
    ofPart(entry);
  }

  /** Gives a layer inside of another the type of all that are quantized, if it can be. */
  static void ofPart(JsonNode entry) {
    JsonNode config = entry.path("config");
    JsonNode map = map(config);
    if (map.isEmpty()) {
      return;
    }
    JsonNode policy = map.iterator().next();
    String mode = DTypePolicy.read(policy, "").quantization();
    Optional<LayerRow> row =
        Optional.ofNullable(KerasLayers.row(Entries.bare(entry.path("class_name").asText())));
    if (row.isPresent()
        && Quantization.of(mode).map(q -> row.get().takes(q.mode())).orElse(false)) {
      ((ObjectNode) config).set(DTYPE, policy);
    }
  }

  private static UnsupportedModelException refused(
      String path, String className, Set<String> types) {
    String problem =
        "layers inside have the types "
            + String.join(", ", types)
            + "; beside that of the model one that is quantized is supported";
    return new UnsupportedModelException(List.of(new Gap(path, className, problem)));
  }

  private static JsonNode map(JsonNode config) {
    return config.path(DTYPE).path("config").path("policy_map");
  }

  private static JsonNode inside(JsonNode rest, JsonNode policy) {
    ObjectNode map = Entries.node().put("class_name", "DTypePolicyMap");
    ObjectNode config = map.putObject("config");
    config.set("default_policy", rest);
    ObjectNode policies = config.putObject("policy_map");
    PROJECTIONS.forEach(name -> policies.set(name, policy));
    return map;
  }
}
