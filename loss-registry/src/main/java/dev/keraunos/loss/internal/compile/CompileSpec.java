package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/**
 * What a model was compiled with: losses, their weights, metrics. Names are looked up only by an
 * {@link dev.keraunos.loss.internal.evaluate.Evaluation}, so a model whose loss nobody registered
 * still loads and predicts.
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

  /** True if the model was compiled, be it without any loss. */
  public boolean isCompiled() {
    return !json.isNull() && !json.isMissingNode();
  }

  /** What the file holds. */
  public JsonNode json() {
    return json;
  }
}
