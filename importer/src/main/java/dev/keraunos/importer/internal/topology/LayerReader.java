package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.topology.LayerSpec.Kind;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads one entry among a model's layers, a nested model included. */
final class LayerReader {
  /** No message names more variables. */
  private static final int MOST_NAMED = 16;

  private LayerReader() {}

  /** The root model. */
  static ModelTopology model(
      JsonNode modelConfig, Dialect dialect, Supplier<List<String>> variables) {
    Entry entry = Entry.of(modelConfig, "");
    if (entry.className.equals(FeatureSpace.CLASS)) {
      JsonNode functional = FeatureSpace.functional(entry.config, dialect);
      return new FunctionalReader(functional, "", dialect).read("feature_space", entry.className);
    }
    if (!isModel(entry)) {
      throw new ModelFileException(
          entry.className,
          "a config without a list of layers, with the variables "
              + variables.get().stream().limit(MOST_NAMED).toList(),
          "Sequential and functional models",
          "Subclassed models keep their code in Python; rebuild the model with the functional API"
              + " and save it again.");
    }
    return readModel(entry, "", entry.name(""), dialect);
  }

  /** The layer inside a wrapper; it needs no name of its own. */
  static LayerSpec inner(JsonNode json, String path, Dialect dialect) {
    return spec(Entry.of(json, path), path, dialect, "");
  }

  /**
   * A layer of a model.
   *
   * @param parent the path of the model that holds it, empty for the root
   * @param unnamed the name to give a layer that carries none
   */
  static LayerSpec read(JsonNode json, String parent, Dialect dialect, String unnamed) {
    Entry entry = Entry.of(json, parent);
    String name = entry.name(unnamed);
    return spec(entry, parent.isEmpty() ? name : parent + "/" + name, dialect, unnamed);
  }

  private static LayerSpec spec(Entry entry, String path, Dialect dialect, String unnamed) {
    String name = entry.name(unnamed);
    Kind kind = kind(entry, dialect);
    Optional<ModelTopology> model =
        kind == Kind.MODEL ? Optional.of(readModel(entry, path, name, dialect)) : Optional.empty();
    JsonNode id = entry.json.path("shared_object_id");
    Optional<Long> sharedObjectId =
        id.isIntegralNumber() ? Optional.of(id.asLong()) : Optional.empty();
    JsonNode config = entry.config.isArray() ? MissingNode.getInstance() : entry.config;
    return new LayerSpec(
        name,
        path,
        kind,
        entry.className,
        entry.registeredName,
        entry.module,
        config,
        model,
        sharedObjectId,
        dialect);
  }

  private static ModelTopology readModel(Entry entry, String path, String name, Dialect dialect) {
    return isFunctional(entry.config)
        ? new FunctionalReader(entry.config, path, dialect).read(name, entry.className)
        : new SequentialReader(entry.config, path, dialect).read(name, entry.className);
  }

  private static Kind kind(Entry entry, Dialect dialect) {
    if (entry.className.equals("InputLayer")) {
      return Kind.INPUT;
    }
    if (isModel(entry)) {
      return Kind.MODEL;
    }
    return isOperation(entry, dialect) ? Kind.OPERATION : Kind.LAYER;
  }

  /**
   * Keras 3 gives operations a module of their own in {@code .keras} files. Its {@code .h5} files
   * have no modules; there an operation is what lacks the keys that every layer has but Pipeline.
   */
  private static boolean isOperation(Entry entry, Dialect dialect) {
    if (!entry.module.isEmpty()) {
      return entry.module.startsWith("keras.src.ops.")
          || entry.module.startsWith("keras.src.activations");
    }
    boolean hasNodes = entry.json.path("inbound_nodes").path(0).has("args");
    boolean isLayer = entry.config.has("trainable") || entry.config.path("layers").isArray();
    return dialect.has(Quirk.OPERATIONS_ARE_LAYERS) && hasNodes && !isLayer;
  }

  private static boolean isModel(Entry entry) {
    return isFunctional(entry.config) || isSequential(entry);
  }

  private static boolean isFunctional(JsonNode config) {
    return config.path("layers").isArray()
        && config.has("input_layers")
        && config.has("output_layers");
  }

  /** Also of a class of a user's own; a layer that merely holds others does not say its input. */
  private static boolean isSequential(Entry entry) {
    return entry.className.equals("Sequential")
        || (startsWithInput(entry.config) && !entry.className.equals("Merge"));
  }

  private static boolean startsWithInput(JsonNode sequential) {
    JsonNode first = sequential.path("layers").path(0);
    return first.path("class_name").isTextual()
        && (first.path("class_name").asText().equals("InputLayer")
            || first.path("config").has("batch_input_shape")
            || sequential.has("build_input_shape"));
  }

  /** The parts of an entry that all dialects share. */
  private record Entry(
      JsonNode json, String className, String registeredName, String module, JsonNode config) {

    static Entry of(JsonNode json, String where) {
      if (!json.isObject()) {
        throw malformed(json, where);
      }
      if (!json.path("class_name").isTextual()) {
        return keras0(json, where);
      }
      String written = json.path("class_name").asText();
      String registered = json.path("registered_name").asText("");
      if (!registered.contains(">")) {
        registered = written;
      }
      JsonNode config = json.path("config");
      if (!config.isObject() && !config.isArray()) {
        throw malformed(json, where);
      }
      String className = written.substring(written.indexOf('>') + 1);
      return new Entry(json, className, registered, json.path("module").asText(""), config);
    }

    /** Keras 0.3's flat form, which Keras 1 still wrote for some Sequential models. */
    private static Entry keras0(JsonNode json, String where) {
      String className = json.path("name").asText("");
      if (className.isEmpty() || !json.has("custom_name")) {
        throw malformed(json, where);
      }
      ObjectNode config = json.deepCopy();
      config.set("name", json.get("custom_name"));
      config.remove("custom_name");
      return new Entry(json, className, className, "", config);
    }

    private static ModelFileException malformed(JsonNode json, String where) {
      String text = json.toString();
      return new ModelFileException(
          where,
          "a layer entry " + text.substring(0, Math.min(80, text.length())),
          "an object with class_name and config",
          "");
    }

    /** The outer name where there is one: it is the one that nodes refer to. */
    String name(String unnamed) {
      boolean outer = json.path("name").isTextual() && json.has("class_name");
      String name = outer ? json.path("name").asText() : config.path("name").asText("");
      return name.isEmpty() ? unnamed : name;
    }
  }
}
