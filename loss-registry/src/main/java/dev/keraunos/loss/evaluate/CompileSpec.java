package dev.keraunos.loss.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

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
   */
  public static CompileSpec of(JsonNode saved) {
    return new CompileSpec(saved);
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
    return !loss().isNull()
        && !loss().isMissingNode()
        && !(loss().isContainerNode() && loss().isEmpty());
  }

  /** A name, an object, or a list or object of them by output. */
  public JsonNode loss() {
    return json.path("loss");
  }

  JsonNode lossWeights() {
    return json.path("loss_weights");
  }

  JsonNode metrics() {
    return json.path("metrics");
  }

  JsonNode weightedMetrics() {
    return json.path("weighted_metrics");
  }

  /** What the file holds. */
  public JsonNode json() {
    return json;
  }
}
