package dev.keraunos.importer.internal.summary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.importer.internal.topology.LayerSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Settings in one form, whichever Keras and file format wrote them: tuples are lists, a list of one
 * is what it holds, numbers are float32, an initialiser is its name, types are names, what is empty
 * is null.
 */
public final class Settings {
  private static final int MOST_ITEMS = 16;
  private static final int FEW_ITEMS = 8;
  private static final int MOST_CHARACTERS = 80;
  private static final int FEW_CHARACTERS = 24;

  private static final String CLASS = "class_name";
  private static final String CONFIG = "config";
  private static final String NAME = "name";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Keys that name the layer, or say what topology and shapes say. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          NAME,
          "layers",
          "input_layers",
          "output_layers",
          "batch_input_shape",
          "batch_shape",
          "build_config",
          "autocast");

  /** Keys of initialisers and the like that change nothing once there are weights. */
  private static final Set<String> WITHOUT_MEANING = Set.of(NAME, "seed", "dtype");

  private static final Map<String, String> SCALED =
      Map.of("1 fan_in", "lecun", "1 fan_avg", "glorot", "2 fan_in", "he");

  /** By class and key, as Keras 3 has them, else tf_keras; {@code =KEY} is that of another key. */
  private static final JsonNode DEFAULTS = defaults();

  private Settings() {}

  private static JsonNode defaults() {
    try (InputStream in = Settings.class.getResourceAsStream("defaults.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The settings of a layer; those of layers inside it by {@code key.inner}. The name, the shapes
   * and the layers of a model inside are not among them.
   */
  public static Map<String, JsonNode> of(LayerSpec layer) {
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    if (layer.model().isPresent()) {
      settings.put("trainable", layer.json().path("trainable"));
    } else {
      add("", layer.className(), layer.json(), settings);
    }
    settings.replaceAll((key, value) -> value.isMissingNode() ? NullNode.instance : value);
    return settings;
  }

  private static void add(
      String prefix, String className, JsonNode config, Map<String, JsonNode> settings) {
    for (Map.Entry<String, JsonNode> entry : config.properties()) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      if (ELSEWHERE.contains(key)) {
        continue;
      }
      JsonNode inner = value.path(CONFIG);
      if (value.path(CLASS).isTextual() && inner.path(NAME).isTextual() && !isType(value)) {
        settings.put(prefix + key, value.get(CLASS));
        add(prefix + key + ".", value.get(CLASS).asText(), inner, settings);
      } else {
        settings.put(prefix + key, canonical(value));
      }
    }
    for (Map.Entry<String, JsonNode> entry : DEFAULTS.path(className).properties()) {
      settings.putIfAbsent(prefix + entry.getKey(), standard(className, entry.getKey(), config));
    }
  }

  private static JsonNode standard(String className, String key, JsonNode config) {
    JsonNode value = DEFAULTS.path(className).path(key);
    return value.asText().startsWith("=")
        ? canonical(config.path(value.asText().substring(1)))
        : canonical(value);
  }

  /**
   * Those settings that are not what they are if nobody says otherwise; of a class that is not
   * Keras', all.
   *
   * @param rank of the layer's output, 0 where it is not known: tf.keras writes a last axis so
   */
  public static Map<String, JsonNode> offDefault(LayerSpec layer, int rank) {
    Map<String, JsonNode> all = of(layer);
    Map<String, JsonNode> off = new LinkedHashMap<>();
    all.forEach(
        (key, value) -> {
          boolean last = key.equals("axis") && rank > 0 && value.asInt(-1) == rank - 1;
          if (!value.isNull()
              && !last
              && !isDefault(layer, all, key, value)
              && !mirrors(all, key)) {
            off.put(key, value);
          }
        });
    return off;
  }

  /** Whether a setting of a Bidirectional's second layer is that of the first, but backwards. */
  private static boolean mirrors(Map<String, JsonNode> all, String key) {
    JsonNode first = all.get(key.replaceFirst("^backward_layer", "layer"));
    boolean turned = key.endsWith(".go_backwards");
    return key.startsWith("backward_layer")
        && first != null
        && first.equals(all.get(key)) != turned;
  }

  private static boolean isDefault(
      LayerSpec layer, Map<String, JsonNode> all, String key, JsonNode value) {
    int dot = key.lastIndexOf('.');
    String simple = key.substring(dot + 1);
    if (simple.equals("trainable")) {
      return value.asBoolean(true);
    }
    if (simple.equals("dtype")) {
      return value.asText().equals("float32");
    }
    String owner = dot < 0 ? layer.className() : all.get(key.substring(0, dot)).asText();
    JsonNode standard = DEFAULTS.path(owner).path(simple);
    if (standard.asText().startsWith("=")) {
      String same = key.substring(0, dot + 1) + standard.asText().substring(1);
      return value.equals(all.get(same));
    }
    return !standard.isMissingNode() && value.equals(canonical(standard));
  }

  /**
   * What a model was compiled with, by {@code loss}, {@code metrics.OUTPUT}, {@code
   * optimizer.learning_rate} and the like; nothing that is null.
   *
   * @param training as the file has it
   */
  public static Map<String, JsonNode> compiled(JsonNode training) {
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    for (String key : new String[] {"loss", "loss_weights", "metrics", "weighted_metrics"}) {
      flatten(key, training.path(key), settings);
    }
    JsonNode given = training.path("optimizer");
    JsonNode optimizer = given.isMissingNode() ? training.path("optimizer_config") : given;
    if (optimizer.path(CONFIG).isObject()) {
      String name = optimizer.path(CLASS).asText();
      settings.put("optimizer", TextNode.valueOf(name.substring(name.lastIndexOf('>') + 1)));
      for (Map.Entry<String, JsonNode> entry : optimizer.path(CONFIG).properties()) {
        if (!entry.getKey().equals(NAME)) {
          flatten("optimizer." + entry.getKey(), entry.getValue(), settings);
        }
      }
    } else {
      flatten("optimizer", optimizer, settings);
    }
    settings.values().removeIf(JsonNode::isNull);
    return settings;
  }

  private static void flatten(String key, JsonNode value, Map<String, JsonNode> settings) {
    if (value.isObject() && !value.has(CLASS)) {
      value.properties().forEach(e -> flatten(key + "." + e.getKey(), e.getValue(), settings));
    } else {
      settings.put(key, canonical(value));
    }
  }

  private static boolean isType(JsonNode value) {
    return value.path(CLASS).asText().contains("Policy");
  }

  /** One form for all that stand for the same. */
  static JsonNode canonical(JsonNode value) {
    if (value.isObject()) {
      return value.path(CLASS).isTextual() ? saved(value) : object(value);
    } else if (value.isArray()) {
      ArrayNode items = NODES.arrayNode();
      value.forEach(item -> items.add(canonical(item)));
      return items.isEmpty() ? NullNode.instance : items.size() == 1 ? items.get(0) : items;
    } else if (value.isNumber()) {
      return number(value.asDouble(), value);
    }
    return value.isMissingNode() ? NullNode.instance : value;
  }

  private static JsonNode number(double x, JsonNode value) {
    if (value.isIntegralNumber() || (x == Math.rint(x) && Math.abs(x) < Long.MAX_VALUE)) {
      return LongNode.valueOf(value.asLong());
    }
    boolean narrow = Float.isFinite((float) x) && (float) x != 0;
    return DoubleNode.valueOf(narrow ? Double.parseDouble(Float.toString((float) x)) : x);
  }

  private static JsonNode object(JsonNode value) {
    ObjectNode object = NODES.objectNode();
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      JsonNode inner = canonical(entry.getValue());
      if (!inner.isNull()) {
        object.set(entry.getKey(), inner);
      }
    }
    return object.isEmpty() ? NullNode.instance : object;
  }

  /** A tuple, a type, a function by its name, or an object: its name and what it was given. */
  private static JsonNode saved(JsonNode value) {
    String name = value.path(CLASS).asText();
    JsonNode config = value.path(CONFIG);
    if (name.equals("__tuple__")) {
      return canonical(value.path("items"));
    }
    if (isType(value) && config.path(NAME).isTextual()) {
      return config.path(NAME);
    }
    if (name.equals("function") && config.isTextual()) {
      return config;
    }
    if (name.equals("MeanMetricWrapper") && config.path(NAME).isTextual()) {
      return config.path(NAME); // what tf.keras makes of a metric that was given by its name
    }
    ObjectNode given = NODES.objectNode();
    for (Map.Entry<String, JsonNode> entry : config.properties()) {
      if (!WITHOUT_MEANING.contains(entry.getKey())) {
        JsonNode inner = canonical(entry.getValue());
        if (!inner.isNull()) {
          given.set(entry.getKey(), inner);
        }
      }
    }
    String simple = scaled(name, given);
    if (given.isEmpty() || !simple.equals(name)) {
      return TextNode.valueOf(snake(simple));
    }
    return NODES.objectNode().set(snake(name), given);
  }

  /** The name of Keras 3 for an initialiser that Keras 2 saved by its parts. */
  private static String scaled(String name, JsonNode given) {
    String family = SCALED.get(given.path("scale").asText() + " " + given.path("mode").asText());
    if (!name.equals("VarianceScaling") || family == null) {
      return name;
    }
    boolean uniform = given.path("distribution").asText().equals("uniform");
    return family + (uniform ? "_uniform" : "_normal");
  }

  private static String snake(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_")
        .toLowerCase(Locale.ROOT);
  }

  /**
   * As Python writes it: {@code (3, 5)}, {@code True}, {@code l2(l2=0.01)}. Of long texts, such as
   * stored bytecode, and of long lists the beginning.
   */
  public static String text(JsonNode value) {
    if (value.isObject()) {
      StringJoiner parts = new StringJoiner(", ");
      value
          .properties()
          .forEach(
              entry ->
                  parts.add(
                      entry.getValue().isObject()
                          ? entry.getKey() + "(" + text(entry.getValue()) + ")"
                          : entry.getKey() + "=" + text(entry.getValue())));
      return parts.toString();
    } else if (value.isArray()) {
      StringJoiner items = new StringJoiner(", ", "(", ")");
      int shown = value.size() > MOST_ITEMS ? FEW_ITEMS : value.size();
      for (int i = 0; i < shown; i++) {
        items.add(text(value.get(i)));
      }
      if (shown < value.size()) {
        items.add("... " + value.size() + " in all");
      }
      return items.toString();
    } else if (value.isBoolean()) {
      return value.asBoolean() ? "True" : "False";
    }
    String text = value.isNull() || value.isMissingNode() ? "None" : value.asText();
    if (value.isTextual() && text.length() > MOST_CHARACTERS) {
      String begin = text.strip().substring(0, FEW_CHARACTERS).replaceAll("\\s+", " ");
      return begin + "... (" + text.length() + " characters)";
    }
    return value.isDouble() ? text.replace(".0E", "e").replace("E", "e") : text;
  }
}
