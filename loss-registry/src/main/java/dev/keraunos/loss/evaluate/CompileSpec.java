package dev.keraunos.loss.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.error.InputException;
import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.Profile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model was compiled with: losses, their weights, metrics. Names are looked up only by an
 * {@link Evaluation}, so a model whose loss nobody registered still loads and predicts.
 */
public final class CompileSpec {
  private final JsonNode json;

  private CompileSpec(JsonNode json) {
    this.json = json;
  }

  /**
   * Reads {@code training_config} (HDF5) or {@code compile_config} ({@code .keras}); never fails.
   * Null is not compiled.
   */
  public static CompileSpec of(JsonNode saved) {
    return new CompileSpec(saved == null ? MissingNode.getInstance() : saved);
  }

  /** For a model that was saved without: {@code CompileSpec.of("mse", "accuracy")}. */
  public static CompileSpec of(String loss, String... metrics) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("loss", loss);
    for (String metric : metrics) {
      json.withArray("metrics").add(TextNode.valueOf(metric));
    }
    return new CompileSpec(json);
  }

  /** True if there is a loss to evaluate. */
  public boolean hasLoss() {
    JsonNode loss = json.path("loss");
    return !isNone(loss) && !(loss.isContainerNode() && loss.isEmpty());
  }

  /** What the file holds. */
  public JsonNode json() {
    return json;
  }

  /** True for {@code training_config}, whose metrics Keras has looked up before it compiles. */
  boolean isTrainingConfig() {
    return json.has("optimizer_config");
  }

  /** The loss declared for each output; null for none. */
  List<JsonNode> losses(List<OutputSpec> outputs) {
    return perOutput("loss", outputs);
  }

  /** The loss that evaluate applies to each output; null for none. */
  List<JsonNode> losses(List<OutputSpec> outputs, Dialect dialect) {
    return perLoss("loss", outputs, dialect);
  }

  /** The loss weight of each output. */
  List<Double> lossWeights(List<OutputSpec> outputs, Dialect dialect) {
    List<Double> weights = new ArrayList<>();
    perLoss("loss_weights", outputs, dialect)
        .forEach(w -> weights.add(w == null ? 1 : w.asDouble()));
    return weights;
  }

  /** The metrics of each output. */
  List<List<JsonNode>> metrics(boolean weighted, List<OutputSpec> outputs, Dialect dialect) {
    String key = weighted ? "weighted_metrics" : "metrics";
    JsonNode saved = items(json.path(key));
    boolean positional = dialect.isAtLeast(Profile.K30) && saved.isArray() && outputs.size() > 1;
    for (JsonNode item : saved.isArray() ? saved : List.<JsonNode>of()) {
      positional |= items(item).isArray();
    }
    boolean byName = saved.isObject() && !isObject(saved);
    List<List<JsonNode>> metrics = new ArrayList<>();
    List<JsonNode> chosen = positional || byName ? perOutput(key, outputs) : List.of();
    for (int i = 0; i < outputs.size(); i++) {
      List<JsonNode> list = new ArrayList<>();
      flatten(positional || byName ? chosen.get(i) : saved, list);
      metrics.add(list);
    }
    return metrics;
  }

  private static void flatten(JsonNode node, List<JsonNode> list) {
    if (node == null || isNone(node)) {
      return;
    }
    JsonNode items = items(node);
    if (items.isArray()) {
      items.forEach(item -> flatten(item, list));
    } else {
      list.add(node);
    }
  }

  /**
   * Keras 3.5 and 3.6 sort a dict by name and hand its values to the outputs in the model's order.
   */
  private List<JsonNode> perLoss(String key, List<OutputSpec> outputs, Dialect dialect) {
    JsonNode saved = json.path(key);
    boolean byName = saved.isObject() && !isObject(saved) && saved.size() == outputs.size();
    if (dialect.profile() != Profile.K35 || !byName) {
      return perOutput(key, outputs);
    }
    List<JsonNode> values = new ArrayList<>();
    for (JsonNode value : new TreeMap<>(fields(saved)).values()) {
      values.add(isNone(value) ? null : value);
    }
    return values;
  }

  private static Map<String, JsonNode> fields(JsonNode object) {
    Map<String, JsonNode> fields = new HashMap<>();
    object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    return fields;
  }

  /** One value for all outputs, a list of them or an object by name; null for none. */
  private List<JsonNode> perOutput(String key, List<OutputSpec> outputs) {
    JsonNode saved = items(json.path(key));
    List<JsonNode> values = new ArrayList<>();
    if (saved.isArray() && saved.size() != outputs.size()) {
      throw new InputException(
          "'"
              + key
              + "' has "
              + saved.size()
              + " entries for "
              + outputs.size()
              + " outputs: "
              + saved);
    }
    for (int i = 0; i < outputs.size(); i++) {
      boolean byName = saved.isObject() && !isObject(saved);
      JsonNode value =
          saved.isArray() ? saved.get(i) : byName ? saved.path(outputs.get(i).name()) : saved;
      values.add(isNone(value) ? null : value);
    }
    return values;
  }

  private static boolean isNone(JsonNode node) {
    return node.isNull() || node.isMissingNode();
  }

  private static boolean isObject(JsonNode node) {
    return node.has("class_name");
  }

  /** Without the envelope that Keras puts around tuples. */
  private static JsonNode items(JsonNode node) {
    return node.path("class_name").asText().equals("__tuple__") ? node.path("items") : node;
  }
}
