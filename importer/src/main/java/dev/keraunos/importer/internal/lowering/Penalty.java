package dev.keraunos.importer.internal.lowering;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;

/**
 * A regulariser at work.
 *
 * @param path the layer's path in the model
 * @param variable the name of the variable, such as {@code kernel}; empty for an activity
 *     regulariser; the config key of one that {@link #isUnplaced}
 * @param regularizer as saved
 * @param weight the variable it applies to, null for an activity regulariser and where a custom
 *     layer does not say which it is
 * @param activity the output it applies to, null for a weight regulariser
 * @param trainable false if the layer or a model around it is frozen
 */
public record Penalty(
    String path,
    String variable,
    JsonNode regularizer,
    Tensor weight,
    Value activity,
    boolean trainable) {
  /** Whether nobody said what it applies to, so that the loss cannot be known. */
  public boolean isUnplaced() {
    return weight == null && activity == null;
  }
}
