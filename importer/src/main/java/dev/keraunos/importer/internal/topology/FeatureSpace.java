package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A saved {@code keras.utils.FeatureSpace} as the functional model that {@code
 * get_encoded_features} gives: inputs, preprocessors, crosses, one-hot encoders, and the
 * concatenation of all in order of name.
 */
final class FeatureSpace {
  static final String CLASS = "FeatureSpace";

  private final JsonNode config;
  private final ArrayNode layers = array();
  private final ArrayNode inputs = array();

  /** The layer of each feature and cross, in order of name. */
  private final Map<String, String> encoded = new TreeMap<>();

  private FeatureSpace(JsonNode config) {
    this.config = config;
  }

  /**
   * The config of the model.
   *
   * @throws ModelFileException if a feature is none of Keras' or was not adapted
   */
  static JsonNode functional(JsonNode config, Dialect dialect) {
    if (!config.path("features").isObject()) {
      throw damaged("features", config.path("features"), "an object with a Feature for each name");
    }
    return new FeatureSpace(config).functional(dialect);
  }

  private JsonNode functional(Dialect dialect) {
    Map<String, JsonNode> crosses = new TreeMap<>();
    for (JsonNode cross : config.path("crosses")) {
      crosses.put(String.join("_X_", names(cross.path("config"))), cross.path("config"));
    }
    config.path("features").fieldNames().forEachRemaining(this::input);
    config.path("features").properties().forEach(e -> preprocessor(e.getKey(), of(e.getValue())));
    crosses.forEach(this::cross);
    config.path("features").properties().forEach(e -> encode(e.getKey(), of(e.getValue())));
    List<String> ordered = new ArrayList<>(encoded.values());
    crosses.forEach(
        (name, cross) -> ordered.add(oneHot(name, name, cross, cross.path("crossing_dim"))));
    ObjectNode model = JsonNodeFactory.instance.objectNode().put("name", "feature_space");
    model.set("layers", layers);
    model.set("input_layers", inputs);
    model.set("output_layers", outputs(ordered, dialect));
    return model;
  }

  private JsonNode outputs(List<String> ordered, Dialect dialect) {
    ArrayNode outputs = array();
    if (config.path("output_mode").asText("concat").equals("dict")) {
      ordered.forEach(layer -> outputs.add(reference(layer)));
      return outputs;
    }
    String name = dialect.has(Quirk.OPERATIONS_ARE_LAYERS) ? "tfd_concat" : "concatenate";
    add("Concatenate", name, ordered).put("axis", -1);
    return outputs.add(reference(name));
  }

  private static JsonNode of(JsonNode feature) {
    JsonNode inside = feature.path("config");
    if (!inside.path("preprocessor").path("config").isObject()) {
      throw damaged("features", feature, "Features with a preprocessor");
    }
    return inside;
  }

  private void input(String name) {
    JsonNode feature = of(config.path("features").path(name));
    ObjectNode input = add("InputLayer", name, List.of());
    input.putArray("batch_shape").addNull().add(1);
    input.put("dtype", feature.path("dtype").asText("float32"));
    inputs.add(reference(name));
  }

  private void preprocessor(String name, JsonNode feature) {
    ObjectNode layer = feature.path("preprocessor").deepCopy();
    layers.add(layer);
    layer.put("name", layerName(feature));
    layer.set("inbound_nodes", nodes(List.of(name)));
  }

  private static String layerName(JsonNode feature) {
    return feature.path("preprocessor").path("config").path("name").asText();
  }

  private void cross(String name, JsonNode cross) {
    List<String> crossed = new ArrayList<>();
    for (String feature : names(cross)) {
      crossed.add(layerName(of(config.path("features").path(feature))));
    }
    add("HashedCrossing", name, crossed)
        .put("num_bins", cross.path("crossing_dim").asInt())
        .put("output_mode", "int")
        .put("dtype", "int64");
  }

  private void encode(String name, JsonNode feature) {
    JsonNode preprocessor = feature.path("preprocessor");
    String key =
        switch (preprocessor.path("class_name").asText()) {
          case "StringLookup", "IntegerLookup" -> "vocabulary_size";
          case "CategoryEncoding" -> "num_tokens";
          default -> "num_bins";
        };
    JsonNode depth = preprocessor.path("config").path(key);
    encoded.put(name, oneHot(name, layerName(feature), feature, depth));
  }

  /** The layer that gives a feature: an encoder of it where it is to be one-hot. */
  private String oneHot(String name, String layer, JsonNode specification, JsonNode depth) {
    if (!specification.path("output_mode").asText().equals("one_hot")) {
      return layer;
    }
    if (!depth.isIntegralNumber()) {
      throw damaged(name, depth, "how many categories it has: adapt the FeatureSpace and save it");
    }
    add("CategoryEncoding", name + "_one_hot", List.of(layer))
        .put("num_tokens", depth.asInt())
        .put("output_mode", "multi_hot");
    return name + "_one_hot";
  }

  /** Adds a layer; gives its config. */
  private ObjectNode add(String className, String name, List<String> from) {
    ObjectNode layer = layers.addObject().put("class_name", className).put("name", name);
    layer.put("module", "keras.layers");
    layer.set("inbound_nodes", from.isEmpty() ? array() : nodes(from));
    return layer.putObject("config").put("name", name);
  }

  private static ArrayNode nodes(List<String> from) {
    ArrayNode node = array();
    from.forEach(layer -> node.add(reference(layer).add(JsonNodeFactory.instance.objectNode())));
    return array().add(node);
  }

  private static ArrayNode reference(String layer) {
    return array().add(layer).add(0).add(0);
  }

  private static List<String> names(JsonNode cross) {
    JsonNode names = cross.path("feature_names");
    List<String> list = new ArrayList<>();
    (names.isArray() ? names : names.path("items")).forEach(name -> list.add(name.asText()));
    return list;
  }

  private static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  private static ModelFileException damaged(String where, JsonNode found, String allowed) {
    String text = found.toString();
    return new ModelFileException(
        "FeatureSpace", where + ": " + text.substring(0, Math.min(80, text.length())), allowed, "");
  }
}
