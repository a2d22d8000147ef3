package dev.keraunos.importer.internal.weights;

import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A layer or model with the variables it should have. Compared by identity: a layer that a
 * Sequential holds twice is one.
 */
final class Saveable {
  private final String path;
  private final Optional<LayerSpec> layer;
  private final Optional<List<Variable>> variables;
  private final StoredForm form;
  private final Map<String, Saveable> inside;
  private final List<Saveable> layers;
  private final boolean trainable;
  private final Set<String> assets;

  private Saveable(
      String path,
      Optional<LayerSpec> layer,
      Optional<List<Variable>> variables,
      StoredForm form,
      Map<String, Saveable> inside,
      List<Saveable> layers,
      Set<String> assets) {
    this.path = path;
    this.layer = layer;
    this.variables = variables;
    this.form = form;
    this.inside = inside;
    this.layers = layers;
    this.assets = assets;
    this.trainable = layer.map(LayerSpec::trainable).orElse(true);
  }

  /**
   * The root model.
   *
   * @param v3 whether it is to be found in a v3 store
   */
  static Saveable of(ModelTopology topology, VariableTable table, boolean v3) {
    return model("", Optional.empty(), topology, in(v3, table));
  }

  private static VariableTable in(boolean v3, VariableTable table) {
    return new VariableTable() {
      @Override
      public Optional<List<Variable>> variables(LayerSpec layer) {
        return table
            .variables(layer)
            .map(all -> all.stream().filter(v -> v.place().isIn(v3)).toList());
      }

      @Override
      public StoredForm storedForm(LayerSpec layer) {
        return table.storedForm(layer);
      }

      @Override
      public Map<String, LayerSpec> children(LayerSpec layer) {
        return table.children(layer);
      }

      @Override
      public Set<String> assets(LayerSpec layer) {
        return v3 ? table.assets(layer) : Set.of();
      }
    };
  }

  private static Saveable model(
      String path, Optional<LayerSpec> spec, ModelTopology topology, VariableTable table) {
    Map<String, Saveable> byName = new LinkedHashMap<>();
    List<Saveable> layers = new ArrayList<>();
    for (LayerSpec layer : topology.layers()) {
      if (layer.kind() != LayerSpec.Kind.OPERATION) {
        layers.add(byName.computeIfAbsent(layer.name(), name -> layer(layer, table)));
      }
    }
    return new Saveable(
        path, spec, Optional.of(List.of()), StoredForm.SAME, byName, layers, Set.of());
  }

  private static Saveable layer(LayerSpec layer, VariableTable table) {
    if (layer.model().isPresent()) {
      return model(layer.path(), Optional.of(layer), layer.model().get(), table);
    }
    if (layer.kind() == LayerSpec.Kind.INPUT) {
      return new Saveable(
          layer.path(),
          Optional.of(layer),
          Optional.of(List.of()),
          StoredForm.SAME,
          Map.of(),
          List.of(),
          Set.of());
    }
    Map<String, Saveable> children = new LinkedHashMap<>();
    table
        .children(layer)
        .forEach((attribute, child) -> children.put(attribute, layer(child, table)));
    return new Saveable(
        layer.path(),
        Optional.of(layer),
        table.variables(layer),
        table.storedForm(layer),
        children,
        List.of(),
        table.assets(layer));
  }

  /** The layer's path in the model; empty for the root. */
  String path() {
    return path;
  }

  /** The layer; empty for the root. */
  Optional<LayerSpec> layer() {
    return layer;
  }

  boolean isModel() {
    return layer.isEmpty() || layer.get().model().isPresent();
  }

  /** The variables it should have; empty if only the file knows. */
  Optional<List<Variable>> variables() {
    return variables;
  }

  /** The names of the files that it should have among the assets of an archive. */
  Set<String> assets() {
    return assets;
  }

  /** How old files store the variables. */
  StoredForm form() {
    return form;
  }

  /** Layers inside: of a model by name, of a wrapper by attribute. */
  Map<String, Saveable> inside() {
    return inside;
  }

  /** A model's layers with repetitions, operations left out. */
  List<Saveable> layers() {
    return layers;
  }

  boolean isTrainable() {
    return trainable;
  }

  /** How many arrays it takes, or empty if that cannot be told. */
  Optional<Integer> size() {
    if (variables.isEmpty()) {
      return Optional.empty();
    }
    int size = variables.get().size();
    for (Saveable child : inside.values()) {
      Optional<Integer> below = child.size();
      if (below.isEmpty()) {
        return below;
      }
      size += below.get();
    }
    return Optional.of(size);
  }

  /** True if it takes at least one array, or may take some. */
  boolean takesArrays() {
    return size().map(size -> size > 0).orElse(true);
  }

  /** A count per key. */
  static final class Counter {
    private final Map<String, Integer> counts = new HashMap<>();

    /** The count so far; the key is counted from now on. */
    int next(String key) {
      return counts.merge(key, 1, Integer::sum) - 1;
    }

    /** Counts a key several times at once. */
    void add(String key, int times) {
      counts.merge(key, times, Integer::sum);
    }

    int count(String key) {
      return counts.getOrDefault(key, 0);
    }
  }

  @Override
  public String toString() {
    return path.isEmpty() ? "the model" : path;
  }
}
