package dev.keraunos.importer.layers;

import dev.keraunos.graph.Value;
import dev.keraunos.importer.config.SavedObject;
import dev.keraunos.tensor.Tensor;

/**
 * A regulariser at work.
 *
 * @param path the layer's path in the model
 * @param key the config key, such as {@code kernel_regularizer}
 * @param regularizer as saved
 * @param weight the variable it applies to, null for an activity regulariser
 * @param activity the output it applies to, null for a weight regulariser
 * @param trainable false if the layer or a model around it is frozen
 */
public record Penalty(
    String path,
    String key,
    SavedObject regularizer,
    Tensor weight,
    Value activity,
    boolean trainable) {}
