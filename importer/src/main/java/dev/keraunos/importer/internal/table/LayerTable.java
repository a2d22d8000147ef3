package dev.keraunos.importer.internal.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.StoredForm;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.importer.internal.weights.VariableTable;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.keras.internal.names.NearestNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rows by class name: layers, and the operations that Keras 3 graphs hold beside layers. */
public final class LayerTable implements VariableTable {
  /**
   * A layer of Keras that computes with something else than Keras.
   *
   * @param reason why it has no row
   * @param remedy what its owner can do
   */
  public record Foreign(String reason, String remedy) {}

  private static final Foreign JAX =
      new Foreign(
          "computes with Python code of JAX",
          "register a lowering: ModelRegistry.builder().layer(NAME, call -> ...), or"
              + " --layer-class");

  /** The layers of Keras that have no row, by class. */
  public static final Map<String, Foreign> FOREIGN =
      Map.of(
          "JaxLayer",
          JAX,
          "FlaxLayer",
          JAX,
          "TorchModuleWrapper",
          new Foreign("computes with Python code of PyTorch", JAX.remedy()),
          "TFSMLayer",
          new Foreign(
              "computes with a TensorFlow SavedModel in another folder",
              "load the Keras model that was exported there, in its place"));

  /** The key of an activation, and the attribute that holds it if it is a layer. */
  static final String ACTIVATION = "activation";

  /** Keys that every layer may carry and that never change what it computes. */
  private static final Set<String> MEANINGLESS =
      Set.of(
          "name",
          "trainable",
          "dtype",
          "batch_input_shape",
          "batch_shape",
          "input_shape",
          "input_dtype",
          "input_dim",
          "input_length",
          "build_input_shape",
          "seed",
          "autocast",
          "init",
          "inner_init",
          "forget_bias_init",
          "unit_forget_bias",
          "beta_init",
          "gamma_init",
          "lora_rank",
          "lora_alpha",
          "activity_regularizer");

  private final Map<String, LayerRow> layers;
  private final Map<String, LayerRow> operations;
  private final Map<String, LayerRow> libraries;
  private final ModelRegistry registry;
  private final Aliases aliases;

  /**
   * A table.
   *
   * @param layers the rows by class name
   * @param operations the same of what graphs of Keras 3 hold beside layers
   * @param libraries the rows of other packages by registered name
   * @param registry what the caller brought along, which comes first
   * @throws dev.keraunos.error.InputException if an alias leads to no layer
   */
  public LayerTable(
      Map<String, LayerRow> layers,
      Map<String, LayerRow> operations,
      Map<String, LayerRow> libraries,
      ModelRegistry registry) {
    this.layers = layers;
    this.operations = operations;
    this.libraries = libraries;
    this.registry = registry;
    this.aliases = new Aliases(registry, layers.keySet());
  }

  public static boolean isMeaningless(String key, Config config) {
    return MEANINGLESS.contains(key)
        || key.endsWith("_initializer")
        || key.endsWith("_regularizer")
        || key.endsWith("_constraint")
        || config.json().path(key).isNull();
  }

  /** The row of a layer, or of the class it is an alias of; what the user registered is first. */
  public Optional<LayerRow> find(LayerSpec layer) {
    List<String> names = aliases.target(names(layer));
    return registry
        .layer(names)
        .map(own -> LayerRow.custom(own, layer.className()))
        .or(() -> ofKeras(layer))
        .or(() -> registry.layerLike(names).map(own -> LayerRow.custom(own, layer.className())));
  }

  private Optional<LayerRow> ofKeras(LayerSpec layer) {
    if (aliases.isAlias(names(layer))) {
      return Optional.ofNullable(layers.get(Aliases.bare(aliases.target(names(layer)))));
    }
    return Optional.ofNullable(libraries.get(layer.registeredName()))
        .or(() -> Optional.ofNullable(rows(layer.kind()).get(layer.className())))
        .or(() -> Optional.ofNullable(otherRows(layer.kind()).get(layer.className())));
  }

  private static List<String> names(LayerSpec layer) {
    return List.of(layer.registeredName(), layer.className());
  }

  @Override
  public Optional<List<Variable>> variables(LayerSpec layer) {
    return find(layer).filter(row -> !row.isCustom()).map(row -> row.stored().variables(layer));
  }

  @Override
  public StoredForm storedForm(LayerSpec layer) {
    return find(layer).map(LayerRow::storedForm).orElse(StoredForm.SAME);
  }

  @Override
  public Map<String, LayerSpec> children(LayerSpec layer) {
    Map<String, LayerSpec> children =
        new LinkedHashMap<>(find(layer).map(row -> row.children(layer)).orElse(Map.of()));
    if (find(layer).map(LayerRow::isCustom).orElse(false)) {
      children.putAll(held(layer));
    }
    Setting activation = layer.config().get(ACTIVATION);
    if (isLayer(activation)) {
      children.putIfAbsent(ACTIVATION, layer.inner(activation.json(), ACTIVATION));
    }
    return children;
  }

  @Override
  public Set<String> assets(LayerSpec layer) {
    return find(layer).map(row -> row.stored().assets(layer)).orElse(Set.of());
  }

  /** The layers that the config of a user's layer has, by key or {@code key[i]} of a list. */
  private Map<String, LayerSpec> held(LayerSpec layer) {
    Map<String, LayerSpec> held = new LinkedHashMap<>();
    layer
        .json()
        .properties()
        .forEach(
            entry -> {
              JsonNode value = new Config(layer.json(), layer.path()).get(entry.getKey()).json();
              for (int i = 0; i < value.size() && value.isArray(); i++) {
                hold(layer, entry.getKey() + "[" + i + "]", value.get(i), held);
              }
              hold(layer, entry.getKey(), value, held);
            });
    return held;
  }

  private void hold(LayerSpec layer, String key, JsonNode value, Map<String, LayerSpec> held) {
    boolean named = value.path("class_name").isTextual() && value.path("config").isObject();
    if (named && !isMeaningless(key, layer.config())) {
      LayerSpec inner = layer.inner(value, key);
      if (inner.model().isPresent() || find(inner).isPresent()) {
        held.put(key, inner);
      }
    }
  }

  private Map<String, LayerRow> rows(LayerSpec.Kind kind) {
    return kind == LayerSpec.Kind.OPERATION ? operations : layers;
  }

  /** A file without modules does not always tell operations and layers apart. */
  private Map<String, LayerRow> otherRows(LayerSpec.Kind kind) {
    return kind == LayerSpec.Kind.OPERATION ? layers : operations;
  }

  /** An activation given as a layer object, such as LeakyReLU with its settings. */
  public Optional<LayerSpec> activationLayer(Setting entry, LayerSpec layer) {
    return isLayer(entry) ? Optional.of(layer.inner(entry.json(), ACTIVATION)) : Optional.empty();
  }

  private boolean isLayer(Setting entry) {
    if (!entry.json().has("class_name")) {
      return false;
    }
    List<String> names = entry.savedObject().names();
    return aliases.isAlias(names) || layers.containsKey(entry.savedObject().name());
  }

  /** Whether an alias of the layer's class says that a key changes nothing. */
  public boolean isIgnored(LayerSpec layer, String key) {
    return aliases.ignored(names(layer)).contains(key);
  }

  /** What to tell of a key that nobody read. */
  public String unread(LayerSpec layer, String key) {
    String problem = "key '" + key + "' = " + layer.json().get(key) + " is not understood";
    if (!aliases.isAlias(names(layer))) {
      return problem;
    }
    String name = layer.className();
    String target = Aliases.bare(aliases.target(names(layer)));
    return String.format(
        "%s by %s, as which '%s' is read. If it changes nothing that the layer computes, ignore"
            + " it: --alias %s=%s,%s on the command line, alias(\"%s\", \"%s\", \"%s\") in code;"
            + " else the class needs a lowering of its own",
        problem, target, layer.registeredName(), name, target, key, name, target, key);
  }

  /** The class names that have a row. */
  public Set<String> names() {
    return layers.keySet();
  }

  /** What to tell of a class that has no row. */
  public String unknown(LayerSpec layer) {
    Foreign foreign = FOREIGN.get(layer.className());
    if (foreign != null) {
      return foreign.reason + "; " + foreign.remedy;
    }
    List<String> nearest =
        NearestNames.of(
            layer.className(), rows(layer.kind()).keySet(), name -> name.toLowerCase(Locale.ROOT));
    return "class '"
        + layer.registeredName()
        + "' is not known; nearest names: "
        + String.join(", ", nearest)
        + ". Register a lowering for it with ModelRegistry.builder().layer(\""
        + layer.className()
        + "\", call -> ...), or --layer-class "
        + layer.className()
        + "=CLASS on the command line. If it computes what a layer of Keras does, say which:"
        + " alias(\""
        + layer.className()
        + "\", LAYER), or --alias "
        + layer.className()
        + "=LAYER";
  }
}
