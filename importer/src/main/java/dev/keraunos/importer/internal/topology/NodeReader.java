package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.ModelFileException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the arguments of one call from an element of {@code inbound_nodes}, in every dialect.
 *
 * <p>Keras 1: {@code [[name, node, tensor], ...]}. Keras 2 and tf.keras add keyword arguments as a
 * fourth element; tf.keras nests the same lists in dicts, and its op layers drop one list level.
 * Keras 3: {@code {"args", "kwargs"}} with {@code __keras_tensor__} objects. Node indices are as
 * written.
 */
final class NodeReader {
  private static final String CONSTANT = "_CONSTANT_VALUE";

  private static final Set<String> KEEPS_STRUCTURE =
      Set.of("TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty");

  /** The arguments of a call with node indices as written. */
  record Node(List<Argument> arguments, Map<String, Argument> keywords) {}

  private final String path;
  private final Set<String> layers;

  /**
   * @param path of the layer called
   * @param layers the names in the model: what tells a tensor from a list that looks like one
   */
  NodeReader(String path, Set<String> layers) {
    this.path = path;
    this.layers = layers;
  }

  Node read(JsonNode node, String className) {
    if (node.isObject() && node.has("args")) {
      return keras3(node);
    }
    Map<String, Argument> keywords = new LinkedHashMap<>();
    Argument argument = first(node, keywords);
    boolean single = argument instanceof Argument.Items items && items.items().size() == 1;
    if (single && !KEEPS_STRUCTURE.contains(className)) {
      argument = ((Argument.Items) argument).items().get(0);
    }
    return new Node(List.of(argument), keywords);
  }

  private Node keras3(JsonNode node) {
    List<Argument> arguments = new ArrayList<>();
    node.path("args").forEach(json -> arguments.add(structure(json, this::keras3Leaf)));
    return new Node(arguments, entries(node.path("kwargs"), this::keras3Leaf));
  }

  private Argument keras3Leaf(JsonNode json) {
    if (!json.path("class_name").asText().equals("__keras_tensor__")) {
      return json.path("class_name").isTextual() ? new Argument.Literal(json) : null;
    }
    JsonNode history = json.path("config").path("keras_history");
    return tensor(history.path(0), history.path(1), history.path(2), json);
  }

  /** The first argument of Keras 1, 2 and tf.keras; the last leaf's keyword arguments win. */
  private Argument first(JsonNode json, Map<String, Argument> keywords) {
    if (isLeaf(json)) {
      if (json.path(3).isObject()) {
        keywords.clear();
        keywords.putAll(entries(json.path(3), this::keywordLeaf));
      }
      return json.path(0).asText().equals(CONSTANT)
          ? new Argument.Literal(json.path(2))
          : tensor(json.path(0), json.path(1), json.path(2), json);
    }
    if (json.isArray()) {
      List<Argument> items = new ArrayList<>();
      json.forEach(item -> items.add(first(item, keywords)));
      return new Argument.Items(items);
    }
    if (json.isObject()) {
      Map<String, Argument> entries = new LinkedHashMap<>();
      json.properties().forEach(e -> entries.put(e.getKey(), first(e.getValue(), keywords)));
      return new Argument.Entries(entries);
    }
    return new Argument.Literal(json);
  }

  private static boolean isLeaf(JsonNode json) {
    return json.isArray() && (json.size() == 3 || json.size() == 4) && json.get(0).isTextual();
  }

  private Argument keywordLeaf(JsonNode json) {
    boolean tensor =
        json.isArray()
            && json.size() == 3
            && json.get(0).isTextual()
            && json.get(1).isIntegralNumber()
            && json.get(2).isIntegralNumber()
            && layers.contains(json.get(0).asText());
    return tensor ? tensor(json.get(0), json.get(1), json.get(2), json) : null;
  }

  /**
   * Tensors of {@code input_layers} and {@code output_layers}: a bare triple, a list, a dict or any
   * nesting.
   */
  Argument ends(JsonNode json) {
    return structure(
        json, leaf -> isLeaf(leaf) ? tensor(leaf.path(0), leaf.path(1), leaf.path(2), leaf) : null);
  }

  /** Walks lists and dicts; whatever holds no tensor is one constant. */
  private Argument structure(JsonNode json, Function<JsonNode, Argument> leaf) {
    Argument found = leaf.apply(json);
    if (found != null) {
      return found;
    }
    if (json.isArray()) {
      List<Argument> items = new ArrayList<>(json.size());
      json.forEach(item -> items.add(structure(item, leaf)));
      return constant(items) ? new Argument.Literal(json) : new Argument.Items(items);
    }
    if (json.isObject()) {
      Map<String, Argument> entries = entries(json, leaf);
      return constant(entries.values())
          ? new Argument.Literal(json)
          : new Argument.Entries(entries);
    }
    return new Argument.Literal(json);
  }

  private Map<String, Argument> entries(JsonNode json, Function<JsonNode, Argument> leaf) {
    Map<String, Argument> entries = new LinkedHashMap<>();
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      entries.put(name, structure(json.get(name), leaf));
    }
    return entries;
  }

  private static boolean constant(Iterable<Argument> arguments) {
    for (Argument argument : arguments) {
      if (!(argument instanceof Argument.Literal)) {
        return false;
      }
    }
    return true;
  }

  private TensorRef tensor(JsonNode layer, JsonNode node, JsonNode tensor, JsonNode written) {
    boolean whole = node.canConvertToInt() && tensor.canConvertToInt();
    if (!layer.isTextual() || !whole || node.asInt() < 0 || tensor.asInt() < 0) {
      throw new ModelFileException(
          path, "the tensor reference " + written, "[layer name, node index, tensor index]", "");
    }
    if (!layers.contains(layer.asText())) {
      throw new ModelFileException(
          path,
          "a tensor of layer '" + layer.asText() + "'",
          "the layers of this model, which has none of that name",
          "The model's config is incomplete.");
    }
    return new TensorRef(layer.asText(), node.asInt(), tensor.asInt());
  }
}
