package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The structure of a model's outputs, and what {@code compile} was given in lists and dicts for
 * them: {@code tree.flatten} and {@code tf.nest.flatten}, which sort dicts by key.
 */
final class OutputTree {
  private final List<OutputSpec> outputs;

  OutputTree(List<OutputSpec> outputs) {
    this.outputs = outputs;
  }

  /** True unless the outputs are a plain list or one alone. */
  boolean isNested() {
    return outputs.stream().anyMatch(output -> !output.path().isEmpty());
  }

  /** True if the outputs are a dict, whatever its values are. */
  boolean isDict() {
    return isNested() && outputs.stream().allMatch(output -> isKey(output.path().get(0)));
  }

  /** True if the outputs are a dict of outputs. */
  boolean isFlatDict() {
    return isDict() && outputs.stream().allMatch(output -> output.path().size() == 1);
  }

  /**
   * The path with the layer's name in place of a position at its end: {@code
   * CompileLoss._build_nested}.
   */
  static String joined(OutputSpec output) {
    if (output.path().isEmpty()) {
      return output.reported();
    }
    List<String> path = new ArrayList<>(output.path());
    int last = path.size() - 1;
    path.set(last, isKey(path.get(last)) ? path.get(last) : output.reported());
    return String.join("/", path);
  }

  private static boolean isKey(String step) {
    return !step.chars().allMatch(Character::isDigit);
  }

  /**
   * The values at the paths of the outputs; a list with one for each output, which has another
   * structure than they, is in their order.
   */
  List<JsonNode> values(JsonNode saved) {
    List<JsonNode> values = new ArrayList<>();
    boolean other = isFlat(saved) || isDict() || saved.size() != width();
    boolean listed = saved.isArray() && saved.size() == outputs.size() && other;
    for (int i = 0; i < outputs.size(); i++) {
      values.add(listed ? saved.get(i) : at(saved, outputs.get(i).path()));
    }
    return values;
  }

  /** How many entries the outermost list or dict has. */
  private long width() {
    return outputs.stream().map(output -> output.path().get(0)).distinct().count();
  }

  private static boolean isFlat(JsonNode list) {
    for (JsonNode item : list) {
      if (isStructure(item)) {
        return false;
      }
    }
    return true;
  }

  private static JsonNode at(JsonNode saved, List<String> path) {
    JsonNode value = saved;
    for (String step : path) {
      JsonNode inside = items(value);
      value =
          inside.isArray() && !isKey(step)
              ? inside.path(Integer.parseInt(step))
              : inside.path(step);
    }
    return value;
  }

  /** The leaves in Keras' order, one per output as far as they go. */
  List<JsonNode> zipped(JsonNode saved) {
    List<JsonNode> leaves = new ArrayList<>();
    JsonNode inside = items(saved);
    if (isDict() && inside.isObject()) {
      withMissing(inside).values().forEach(value -> flatten(value, leaves));
    } else {
      flatten(inside, leaves);
    }
    return fitted(leaves);
  }

  /** The leaves that are not None. */
  List<JsonNode> zippedWithoutNone(JsonNode saved) {
    List<JsonNode> leaves = new ArrayList<>();
    flatten(saved, leaves);
    leaves.removeIf(JsonNode::isNull);
    return fitted(leaves);
  }

  private List<JsonNode> fitted(List<JsonNode> leaves) {
    while (leaves.size() < outputs.size()) {
      leaves.add(MissingNode.getInstance());
    }
    return leaves.subList(0, outputs.size());
  }

  /** {@code map_missing_dict_keys}: None for the keys of the outputs that a dict does not have. */
  private Map<String, JsonNode> withMissing(JsonNode dict) {
    Map<String, JsonNode> all = fields(dict);
    Set<String> keys = new HashSet<>();
    outputs.forEach(output -> keys.add(output.path().get(0)));
    keys.forEach(key -> all.putIfAbsent(key, MissingNode.getInstance()));
    return all;
  }

  /** Adds the leaves of lists and dicts, None too. */
  static void flatten(JsonNode value, List<JsonNode> leaves) {
    JsonNode inside = items(value);
    if (!isStructure(inside)) {
      leaves.add(inside);
    } else if (inside.isArray()) {
      inside.forEach(item -> flatten(item, leaves));
    } else {
      fields(inside).values().forEach(item -> flatten(item, leaves));
    }
  }

  /** The entries of a dict by sorted key. */
  static Map<String, JsonNode> fields(JsonNode dict) {
    Map<String, JsonNode> fields = new TreeMap<>();
    dict.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    return fields;
  }

  /** True for a list or dict, not for a saved object. */
  static boolean isStructure(JsonNode node) {
    JsonNode inside = items(node);
    return inside.isArray() || (inside.isObject() && !inside.has("class_name"));
  }

  /** Without the envelope that Keras puts around tuples. */
  static JsonNode items(JsonNode node) {
    return node.path("class_name").asText().equals("__tuple__") ? node.path("items") : node;
  }
}
