package dev.keraunos.importer.internal.library;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.table.LayerRow;
import java.util.Map;
import java.util.Set;

/**
 * A Python package that registers layers and models of its own, such as KerasHub. Name an
 * implementation in {@code META-INF/services/dev.keraunos.importer.internal.library.Library}.
 */
public interface Library {
  /**
   * A model whose config holds the arguments of its class and not its graph: what the class builds
   * of them.
   */
  @FunctionalInterface
  interface ModelClass {
    /**
     * The config of the functional model.
     *
     * @param entry with {@code class_name} and {@code config}
     * @param path of the model, for errors
     * @throws dev.keraunos.keras.ModelFileException if an argument is missing or not understood
     */
    ObjectNode functional(JsonNode entry, String path);
  }

  /** What stands before {@code >} in the registered names of its classes. */
  Set<String> packages();

  /** The rows of its layers by class name. */
  Map<String, LayerRow> layers();

  /** Its models by class name. */
  Map<String, ModelClass> models();
}
