package dev.keraunos.hub.internal.block;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Entries of layers as Keras saves them. */
final class Entries {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String HUB = "keras_hub";

  private Entries() {}

  /**
   * An entry with {@code class_name} and {@code config}.
   *
   * @param className of a layer of Keras; with {@code >} in front one of KerasHub, and {@code
   *     >gemma.RMSNormalization} one whose name others have too
   * @param dtype of the layer around it, unless the settings have one
   * @param settings keys and values in turn
   */
  static ObjectNode of(String className, String name, JsonNode dtype, Object... settings) {
    ObjectNode config = node();
    config.put("name", name);
    if (!dtype.isMissingNode()) {
      config.set("dtype", dtype);
    }
    for (int i = 0; i < settings.length; i += 2) {
      config.set((String) settings[i], json(settings[i + 1]));
    }
    boolean hub = className.startsWith(">");
    ObjectNode entry = node();
    entry.put("module", hub ? HUB : "keras.layers");
    entry.put("class_name", bare(className));
    entry.put("registered_name", hub ? HUB + className : null);
    entry.set("config", config);
    return entry;
  }

  static ObjectNode node() {
    return JsonNodeFactory.instance.objectNode();
  }

  static String bare(String className) {
    return className.substring(1 + Math.max(className.indexOf('>'), className.lastIndexOf('.')));
  }

  static JsonNode json(Object value) {
    return value instanceof JsonNode json ? json : MAPPER.valueToTree(value);
  }
}
