package dev.keraunos.importer.internal.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.bundle.LookupTable;
import dev.keraunos.importer.internal.bundle.ObjectGraph;
import dev.keraunos.importer.internal.bundle.TensorBundle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What layers were adapted to: TensorFlow keeps it in lookup tables, from which it comes into the
 * configs of the layers, where it stands if it was given.
 */
final class Vocabularies {
  private static final String KEY = "vocabulary";
  private static final List<String> SPECIAL =
      List.of("mask_token", "mask_value", "oov_token", "oov_value");

  /** Those of TextVectorization, which does not say them. */
  private static final Set<String> OF_TEXTS = Set.of("", "[UNK]");

  private final ObjectGraph objects;
  private final TensorBundle bundle;
  private final Map<Integer, LookupTable> initial;

  private Vocabularies(
      ObjectGraph objects, TensorBundle bundle, Map<Integer, LookupTable> initial) {
    this.objects = objects;
    this.bundle = bundle;
    this.initial = initial;
  }

  /**
   * Writes the tokens of all tables into a model's config.
   *
   * @param initial tables that the graph of a SavedModel fills, by node
   */
  static void put(
      JsonNode model, ObjectGraph objects, TensorBundle bundle, Map<Integer, LookupTable> initial)
      throws IOException {
    new Vocabularies(objects, bundle, initial).put(model.path("config"), 0);
  }

  private void put(JsonNode model, int node) throws IOException {
    List<JsonNode> layers = new ArrayList<>();
    model.path("layers").forEach(layers::add);
    List<Integer> nodes = objects.layers(node);
    if (layers.size() != nodes.size()) { // a Sequential has no node for its input
      layers.removeIf(layer -> layer.path("class_name").asText("").equals("InputLayer"));
    }
    for (int i = 0; i < Math.min(layers.size(), nodes.size()); i++) {
      JsonNode config = layers.get(i).path("config");
      if (config.path("layers").isArray()) {
        put(config, nodes.get(i));
      } else if (config instanceof ObjectNode layer && !layer.path(KEY).isArray()) {
        Optional<LookupTable> table = objects.table(nodes.get(i), bundle, initial);
        if (table.isPresent()) {
          boolean whole = layers.get(i).path("class_name").asText("").equals("IntegerLookup");
          put(layer, table.get(), whole);
        }
      }
    }
  }

  /**
   * Writes the tokens of a layer.
   *
   * @param whole whether they are numbers, on the lines of a file too
   */
  private static void put(ObjectNode layer, LookupTable table, boolean whole) {
    Set<String> special = special(layer);
    ArrayNode vocabulary = layer.putArray(KEY);
    for (Object token : table.tokens(layer.path("invert").asBoolean())) {
      String text = token.toString();
      if (special.contains(text)) {
        continue;
      }
      if (token instanceof Long number) {
        vocabulary.add(number);
      } else if (whole && text.matches("-?[0-9]{1,18}")) {
        vocabulary.add(Long.parseLong(text));
      } else {
        vocabulary.add(text);
      }
    }
  }

  /** Tokens that stand for masks and for all unknown ones, which tables may hold too. */
  private static Set<String> special(ObjectNode layer) {
    if (SPECIAL.stream().noneMatch(layer::has)) {
      return OF_TEXTS;
    }
    return SPECIAL.stream()
        .filter(layer::hasNonNull)
        .map(key -> layer.get(key).asText())
        .collect(Collectors.toSet());
  }
}
