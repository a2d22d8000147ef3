package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.internal.config.DTypePolicy;
import dev.keraunos.keras.internal.config.Quantization;
import dev.keraunos.keras.internal.config.Quantization.Mode;
import dev.keraunos.tensor.DType;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A layer as the file describes it.
 *
 * @param name unique in its model
 * @param path names from the root model down, joined by {@code /}
 * @param kind what it is
 * @param className the class without its package, such as {@code Conv2D} or {@code Functional}
 * @param registeredName {@code package>Name} if it was registered under a package, else the class
 *     name
 * @param module the v3 form's module such as {@code keras.layers}; empty in older files
 * @param json its config; use {@link #config} to read it
 * @param model the topology, for kind MODEL only
 * @param sharedObjectId what Keras wrote to say that two entries are one object
 * @param dialect whose Keras wrote it
 */
public record LayerSpec(
    String name,
    String path,
    Kind kind,
    String className,
    String registeredName,
    String module,
    JsonNode json,
    Optional<ModelTopology> model,
    Optional<Long> sharedObjectId,
    Dialect dialect) {

  /** What an entry among a model's layers can be. */
  public enum Kind {
    /** Where a model's inputs enter; its call has no arguments. */
    INPUT,
    /** A layer of the layer table. */
    LAYER,
    /** A Keras 3 operation such as {@code keras.ops.add}; it has no variables. */
    OPERATION,
    /** A nested model. */
    MODEL
  }

  /** A fresh reader of the config. */
  public Config config() {
    return new Config(json, path);
  }

  /** True if the key {@code trainable} is absent or true. */
  public boolean trainable() {
    return json.path("trainable").asBoolean(true);
  }

  /** The type it computes in; none where the file does not say. */
  Stream<DType> computeType() {
    JsonNode dtype = json.path("dtype");
    return dtype.isMissingNode() || dtype.isNull()
        ? Stream.of()
        : Stream.of(DTypePolicy.read(dtype, path).compute());
  }

  /** The mode of its dtype policy, such as {@code int8}; empty if its weights are not quantized. */
  public String quantizationMode() {
    return kind == Kind.LAYER ? DTypePolicy.read(json.path("dtype"), path).quantization() : "";
  }

  /** How its weights are quantized, if they are and the mode is known. */
  public Optional<Quantization> quantization() {
    JsonNode own = json.path("quantization_config");
    boolean blocks = own.path("class_name").asText().equals("Int4QuantizationConfig");
    int block = own.path("config").path("block_size").asInt(0);
    return Quantization.of(quantizationMode())
        .map(named -> blocks && named.mode() == Mode.INT4 ? named.withBlock(block) : named);
  }

  /**
   * True for Keras 1's Merge at the start of a Sequential, which holds the models that it merges.
   */
  public boolean mergesBranches() {
    return className.equals("Merge") && json.path("layers").isArray();
  }

  /**
   * The layer inside a wrapper or cell holder: {@code config.layer}, {@code config.backward_layer},
   * {@code config.cell}.
   *
   * @param entry the inner layer's entry with {@code class_name} and {@code config}
   * @param attribute appended to the path, such as {@code layer} or {@code cells[1]}
   */
  public LayerSpec inner(JsonNode entry, String attribute) {
    return LayerReader.inner(entry, path + "." + attribute, dialect);
  }
}
