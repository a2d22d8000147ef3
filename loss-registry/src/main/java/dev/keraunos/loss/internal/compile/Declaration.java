package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a {@link CompileSpec} declares for each output, read as each Keras reads it. */
public final class Declaration {
  private final JsonNode json;

  /** Reads a specification. */
  public Declaration(CompileSpec spec) {
    json = spec.json();
  }

  /** True for {@code training_config}, whose metrics Keras has looked up before it compiles. */
  boolean isTrainingConfig() {
    return json.has("optimizer_config");
  }

  /** True if the model was compiled for the loop of TensorFlow 1. */
  boolean runsOldLoop() {
    return json.path("sample_weight_mode").isContainerNode()
        || json.hasNonNull("sample_weight_mode")
        || json.hasNonNull("weighted_metrics");
  }

  /**
   * True if it was compiled with {@code run_eagerly}, which is read back from .keras files alone: a
   * step then knows the size of its batch.
   */
  boolean runsEagerly() {
    return !isTrainingConfig() && json.path("run_eagerly").asBoolean();
  }

  /**
   * Refuses losses, weights and metrics that belong to no output.
   *
   * @throws InputException naming the first
   */
  public void requireOutputs(List<OutputSpec> outputs, Dialect dialect) {
    List<String> keys = new ArrayList<>(List.of("loss", "loss_weights"));
    if (dialect.has(Quirk.METRICS_MUST_NAME_OUTPUTS)) {
      keys.addAll(List.of("metrics", "weighted_metrics"));
    }
    Set<String> names = new LinkedHashSet<>();
    for (OutputSpec output : outputs) {
      names.add(output.name());
      names.add(output.reported());
      names.addAll(output.path());
    }
    for (String key : keys) {
      JsonNode saved = OutputTree.items(json.path(key));
      if (saved.isObject() && OutputTree.isStructure(saved)) {
        for (Map.Entry<String, JsonNode> entry : saved.properties()) {
          requireName(key, entry.getKey(), names);
        }
      }
    }
    requireWeights(outputs, dialect);
  }

  private void requireWeights(List<OutputSpec> outputs, Dialect dialect) {
    int weights = flat(json.path("loss_weights")).size();
    boolean listed = OutputTree.items(json.path("loss_weights")).isArray();
    boolean fits = weights <= Math.max(outputs.size(), flat(json.path("loss")).size());
    if (listed && !fits && !dialect.has(Quirk.LOSS_WEIGHTS_CUT_OFF)) {
      throw new InputException(
          "'loss_weights' has "
              + weights
              + " entries for "
              + outputs.size()
              + (outputs.size() == 1 ? " output: " : " outputs: ")
              + json.path("loss_weights"));
    }
  }

  private static void requireName(String key, String found, Set<String> names) {
    if (!names.contains(found)) {
      throw new InputException(
          "'" + key + "' names the output '" + found + "'; the outputs are " + names);
    }
  }

  /** The loss declared for each output, the first of several; null for none. */
  public List<JsonNode> losses(List<OutputSpec> outputs) {
    List<JsonNode> losses = new ArrayList<>();
    for (JsonNode value : perOutput("loss", outputs)) {
      losses.add(flat(value).stream().findFirst().orElse(null));
    }
    return losses;
  }

  /** The losses that evaluate applies to each output; Keras 3.7 and later take several. */
  public List<List<JsonNode>> losses(List<OutputSpec> outputs, Dialect dialect) {
    List<List<JsonNode>> losses = new ArrayList<>();
    for (JsonNode value : perLoss("loss", outputs, dialect)) {
      losses.add(flat(value));
    }
    return losses;
  }

  /** The weights of the losses of each output, in their order. */
  List<List<Double>> lossWeights(List<OutputSpec> outputs, Dialect dialect) {
    List<List<Double>> weights = new ArrayList<>();
    JsonNode saved = OutputTree.items(json.path("loss_weights"));
    boolean shared =
        dialect.has(Quirk.SHARES_ONE_LOSS_WEIGHT)
            && saved.size() == 1
            && saved.isArray()
            && !OutputTree.isStructure(OutputTree.items(json.path("loss")));
    List<JsonNode> declared =
        shared
            ? Collections.nCopies(outputs.size(), saved.get(0))
            : perLoss("loss_weights", outputs, dialect);
    for (JsonNode value : declared) {
      weights.add(flat(value).stream().map(Declaration::weight).toList());
    }
    return weights;
  }

  /** How many losses are computed: as many as a list of weights has, where it cuts them off. */
  int countedLosses(Dialect dialect) {
    JsonNode saved = OutputTree.items(json.path("loss_weights"));
    if (!dialect.has(Quirk.LOSS_WEIGHTS_CUT_OFF) || !saved.isArray()) {
      return Integer.MAX_VALUE;
    }
    List<JsonNode> weights = new ArrayList<>();
    OutputTree.flatten(saved, weights);
    return weights.size();
  }

  private static double weight(JsonNode saved) {
    if (!saved.isNumber()) {
      throw new InputException("'loss_weights': " + saved + "; allowed: numbers");
    }
    return saved.asDouble();
  }

  /** The metrics of each output. */
  List<List<JsonNode>> metrics(boolean weighted, List<OutputSpec> outputs, Dialect dialect) {
    String key = weighted ? "weighted_metrics" : "metrics";
    JsonNode saved = OutputTree.items(json.path(key));
    boolean chosen =
        (dialect.has(Quirk.METRIC_LIST_IS_PER_OUTPUT) && saved.isArray() && outputs.size() > 1)
            || (saved.isObject() && OutputTree.isStructure(saved));
    for (JsonNode item : saved.isArray() ? saved : List.<JsonNode>of()) {
      chosen |= OutputTree.items(item).isArray();
    }
    List<JsonNode> own = chosen ? perOutput(key, outputs) : List.of();
    List<List<JsonNode>> metrics = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      metrics.add(flat(chosen ? own.get(i) : saved));
    }
    return metrics;
  }

  private static List<JsonNode> flat(JsonNode value) {
    List<JsonNode> list = new ArrayList<>();
    flatten(value, list);
    return list;
  }

  private static void flatten(JsonNode node, List<JsonNode> list) {
    if (node == null || isNone(node)) {
      return;
    }
    JsonNode items = OutputTree.items(node);
    if (items.isArray()) {
      items.forEach(item -> flatten(item, list));
    } else {
      list.add(node);
    }
  }

  /**
   * TensorFlow's Keras and Keras 3 up to 3.6 flatten what they are given and hand it out in order;
   * to a list of outputs Keras 3.5 and 3.6 do so with a dict by name as well, sorted. Up to 3.4 a
   * None in a list of losses is dropped, and the losses after it go to the outputs before theirs.
   */
  private List<JsonNode> perLoss(String key, List<OutputSpec> outputs, Dialect dialect) {
    JsonNode saved = OutputTree.items(json.path(key));
    OutputTree tree = new OutputTree(outputs);
    boolean flattens = dialect.has(Quirk.FLATTENS_LOSSES);
    boolean inOrder =
        tree.isNested() || saved.isArray() || isSorted(saved, outputs.size(), dialect);
    if (flattens && inOrder && OutputTree.isStructure(saved)) {
      boolean dropsNone = dialect.has(Quirk.DROPS_NONE_LOSSES);
      boolean shifts = dropsNone && saved.isArray() && key.equals("loss");
      List<JsonNode> values = new ArrayList<>();
      (shifts ? tree.zippedWithoutNone(saved) : tree.zipped(saved))
          .forEach(value -> values.add(orNull(value)));
      return values;
    }
    return perOutput(key, outputs);
  }

  /** True if the losses are a dict that has none for an output in a dict. */
  boolean leavesOut(OutputSpec output) {
    JsonNode saved = json.path("loss");
    boolean byKey = saved.isObject() && OutputTree.isStructure(saved) && !output.path().isEmpty();
    return byKey && !saved.has(output.path().get(0));
  }

  private static boolean isSorted(JsonNode saved, int outputs, Dialect dialect) {
    return dialect.has(Quirk.SORTS_NAMED_LOSSES) && saved.isObject() && saved.size() == outputs;
  }

  /** One value for all outputs, a list of them, an object by name or their structure. */
  private List<JsonNode> perOutput(String key, List<OutputSpec> outputs) {
    JsonNode saved = OutputTree.items(json.path(key));
    OutputTree tree = new OutputTree(outputs);
    List<JsonNode> values = new ArrayList<>();
    if (!OutputTree.isStructure(saved)) {
      outputs.forEach(output -> values.add(orNull(saved)));
    } else if (tree.isNested()) {
      tree.values(saved).forEach(value -> values.add(orNull(value)));
    } else if (saved.isArray()) {
      requireSize(key, saved, outputs.size());
      outputs.forEach(
          output -> values.add(orNull(outputs.size() == 1 ? saved : saved.get(values.size()))));
    } else {
      outputs.forEach(output -> values.add(orNull(saved.path(output.name()))));
    }
    return values;
  }

  private static void requireSize(String key, JsonNode saved, int outputs) {
    if (saved.size() != outputs && outputs > 1) {
      throw new InputException(
          "'" + key + "' has " + saved.size() + " entries for " + outputs + " outputs: " + saved);
    }
  }

  private static JsonNode orNull(JsonNode node) {
    return isNone(node) ? null : node;
  }

  private static boolean isNone(JsonNode node) {
    return node.isNull() || node.isMissingNode();
  }
}
