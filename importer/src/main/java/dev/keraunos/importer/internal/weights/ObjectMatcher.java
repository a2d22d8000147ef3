package dev.keraunos.importer.internal.weights;

import dev.keraunos.importer.internal.archive.StoredArray;
import dev.keraunos.importer.internal.archive.WeightStore.Entry;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.internal.config.Quantization.Mode;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Matches v3 stores, whose paths mirror the objects in memory: {@code layers/dense_1/vars/0}.
 *
 * <p>Mirrors {@code _save_state} and {@code _save_container_state} of
 * keras/src/saving/saving_lib.py in the naming schemes of Keras 3, TF-Keras 2.14 and Keras 2.12.
 * The first scheme under which every array has its place is taken, preferably one that agrees with
 * the layer names that Keras 3.6 and later note; as a last resort, those names alone.
 */
final class ObjectMatcher {
  private static final Set<String> CONTAINERS =
      Set.of("layers", "_layer_checkpoint_dependencies", "preprocessors");

  /** What else a saved model object holds; only the optimizer's state comes with numbers. */
  private static final Set<String> NOT_LAYERS = Set.of("metrics", "_metrics", "compiled_metrics");

  private static final Entry NOTHING =
      new Entry("", Optional.empty(), List.of(), Map.of(), Map.of());

  private final Map<Long, StoredWeights> shared = new HashMap<>();

  StoredWeights match(Saveable model, Entry root) {
    return model(model, root);
  }

  private StoredWeights any(Saveable saveable, Entry entry) {
    if (entry.size() == 0 && saveable.takesArrays()) {
      Optional<StoredWeights> elsewhere = sharedId(saveable).map(shared::get);
      if (elsewhere.isPresent()) {
        return elsewhere.get();
      }
    }
    StoredWeights weights = saveable.isModel() ? model(saveable, entry) : layer(saveable, entry);
    sharedId(saveable).ifPresent(id -> shared.putIfAbsent(id, weights));
    return weights;
  }

  private static Optional<Long> sharedId(Saveable saveable) {
    return saveable.layer().flatMap(LayerSpec::sharedObjectId);
  }

  private StoredWeights model(Saveable model, Entry entry) {
    Entry container = NOTHING;
    for (Map.Entry<String, Entry> child : entry.children().entrySet()) {
      if (CONTAINERS.contains(child.getKey()) && child.getValue().size() >= container.size()) {
        container = child.getValue();
      }
    }
    List<String> outside = outside(entry, container);
    if (!outside.isEmpty()) {
      throw new ModelFileException(
          entry.path(),
          "arrays outside of its layers: " + outside,
          "arrays of the layers of " + model,
          "Give the weights of this very model.");
    }
    Map<String, StoredWeights> inside = new LinkedHashMap<>();
    places(model, container).forEach((layer, place) -> inside.put(name(layer), any(layer, place)));
    return new StoredWeights(model.path(), Map.of(), inside);
  }

  private static List<String> outside(Entry entry, Entry container) {
    List<String> paths = new ArrayList<>();
    entry.variables().forEach(array -> paths.add(array.path()));
    entry
        .children()
        .forEach(
            (name, child) -> {
              boolean layers = child.path().equals(container.path()) || NOT_LAYERS.contains(name);
              if (!layers && child.size() > 0) {
                paths.add(child.path());
              }
            });
    return paths;
  }

  private static String name(Saveable layer) {
    return layer.layer().orElseThrow().name();
  }

  /** The entry of each layer of a model. */
  private static Map<Saveable, Entry> places(Saveable model, Entry container) {
    List<Map<Saveable, Entry>> candidates = new ArrayList<>();
    for (ObjectNames scheme : ObjectNames.values()) {
      candidates.add(byPath(model, container, scheme));
    }
    candidates.add(byLayerName(model, container));
    candidates.removeIf(places -> !fits(places, container));
    return candidates.stream()
        .filter(places -> layerNamesAgree(places) && hasAssets(places))
        .findFirst()
        .or(() -> candidates.stream().filter(ObjectMatcher::hasAssets).findFirst())
        .or(() -> candidates.stream().filter(ObjectMatcher::layerNamesAgree).findFirst())
        .or(() -> candidates.stream().findFirst())
        .orElseThrow(() -> misfit(model, container));
  }

  private static boolean hasAssets(Map<Saveable, Entry> places) {
    return places.entrySet().stream()
        .allMatch(place -> place.getValue().assets().keySet().containsAll(place.getKey().assets()));
  }

  private static Map<Saveable, Entry> byPath(Saveable model, Entry container, ObjectNames scheme) {
    Map<Saveable, Entry> places = new LinkedHashMap<>();
    List<String> names = scheme.of(model.layers());
    for (int i = 0; i < names.size(); i++) {
      Entry entry = container.children().getOrDefault(names.get(i), NOTHING);
      places.putIfAbsent(model.layers().get(i), entry);
    }
    return places;
  }

  private static boolean layerNamesAgree(Map<Saveable, Entry> places) {
    return places.entrySet().stream()
        .allMatch(
            place -> place.getValue().layerName().map(name(place.getKey())::equals).orElse(true));
  }

  private static boolean fits(Map<Saveable, Entry> places, Entry container) {
    int used = 0;
    for (Map.Entry<Saveable, Entry> place : places.entrySet()) {
      int stored = place.getValue().size();
      used += stored;
      boolean elsewhere = stored == 0 && sharedId(place.getKey()).isPresent();
      boolean enough =
          place.getKey().size().map(size -> size == stored).orElse(true)
              || holdsShared(place.getKey());
      if (!enough && !elsewhere) {
        return false;
      }
    }
    return used == container.size();
  }

  /** A layer or nested model may hold layers whose arrays are stored where they came first. */
  private static boolean holdsShared(Saveable saveable) {
    return saveable.inside().values().stream()
        .anyMatch(layer -> sharedId(layer).isPresent() || holdsShared(layer));
  }

  private static Map<Saveable, Entry> byLayerName(Saveable model, Entry container) {
    Map<String, Entry> byName = new HashMap<>();
    for (Entry entry : container.children().values()) {
      entry.layerName().ifPresent(name -> byName.put(name, entry));
    }
    Map<Saveable, Entry> places = new LinkedHashMap<>();
    for (Saveable layer : model.layers()) {
      places.put(layer, byName.getOrDefault(name(layer), NOTHING));
    }
    return places;
  }

  private static ModelFileException misfit(Saveable model, Entry container) {
    List<String> stored = new ArrayList<>();
    container.children().forEach((name, entry) -> addCount(stored, name, entry.size()));
    List<String> wanted = new ArrayList<>();
    List<String> names = ObjectNames.KERAS_3.of(model.layers());
    for (int i = 0; i < names.size(); i++) {
      addCount(wanted, names.get(i), model.layers().get(i).size().orElse(0));
    }
    List<String> common = new ArrayList<>(stored);
    common.retainAll(wanted);
    stored.removeAll(common);
    wanted.removeAll(common);
    return new ModelFileException(
        container.path(),
        "arrays for " + stored + " that the model does not have",
        "arrays for " + wanted + " of " + model,
        hasZeroPoints(model)
            ? "Keras 3.14 and 3.15 do not save the zero points of GPTQ and AWQ, and cannot load"
                + " such a file; save the model before quantize()."
            : "Give the weights of this very model.");
  }

  private static boolean hasZeroPoints(Saveable saveable) {
    return saveable
            .layer()
            .flatMap(LayerSpec::quantization)
            .filter(how -> how.mode() == Mode.GPTQ || how.mode() == Mode.AWQ)
            .isPresent()
        || saveable.inside().values().stream().anyMatch(ObjectMatcher::hasZeroPoints);
  }

  private static void addCount(List<String> counts, String name, int size) {
    if (size > 0) {
      counts.add(name + " (" + size + ")");
    }
  }

  private StoredWeights layer(Saveable layer, Entry entry) {
    if (layer.variables().isEmpty()) {
      return undeclared(layer, entry);
    }
    Map<String, Tensor> own = variables(layer, holder(layer, entry));
    int used = layer.variables().orElseThrow().size();
    Map<String, StoredWeights> inside = new LinkedHashMap<>();
    for (Map.Entry<String, Saveable> child : layer.inside().entrySet()) {
      Entry place = place(layer, entry, child.getKey());
      inside.put(child.getKey(), any(child.getValue(), place));
      used += place.size();
    }
    if (used != entry.size()) {
      throw new ModelFileException(
          entry.path(),
          entry.size() + " arrays",
          used + " variables of " + layer + " and what is inside it",
          "Give the weights of this very model.");
    }
    return new StoredWeights(layer.path(), own, inside, entry.assets());
  }

  /** All arrays by path; those of layers inside also as theirs, where the file has them. */
  private StoredWeights undeclared(Saveable layer, Entry entry) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    collect(entry, "", all);
    Map<String, StoredWeights> inside = new LinkedHashMap<>();
    layer
        .inside()
        .forEach(
            (attribute, child) -> {
              Entry place = place(layer, entry, attribute);
              if (child.size().map(size -> size == place.size()).orElse(true)) {
                inside.put(attribute, any(child, place));
              }
            });
    return new StoredWeights(layer.path(), all, inside, true);
  }

  private static void collect(Entry entry, String prefix, Map<String, Tensor> all) {
    entry.variables().forEach(array -> all.put(prefix + array.name(), array.value()));
    entry.children().forEach((name, child) -> collect(child, prefix + name + "/", all));
  }

  /** A recurrent layer's variables are those of the cell inside it. */
  private static Entry holder(Saveable layer, Entry entry) {
    Entry cell = entry.children().get("cell");
    boolean inCell =
        cell != null
            && entry.variables().isEmpty()
            && !layer.inside().containsKey("cell")
            && !layer.variables().orElseThrow().isEmpty();
    return inCell ? cell : entry;
  }

  /**
   * The entry of an attribute, of an element such as {@code cells[1]} of a list, or of an attribute
   * of an attribute, as in {@code attention.query}; {@code attention.*} has the variables of that
   * attribute alone.
   */
  private static Entry place(Saveable layer, Entry entry, String attribute) {
    int dot = attribute.lastIndexOf('.');
    if (dot >= 0) {
      Entry holder = place(layer, entry, attribute.substring(0, dot));
      if (attribute.endsWith(".*")) {
        return new Entry(
            holder.path(), holder.layerName(), holder.variables(), Map.of(), holder.assets());
      }
      return child(holder, attribute.substring(dot + 1));
    }
    int bracket = attribute.indexOf('[');
    if (bracket >= 0) {
      String list = attribute.substring(0, bracket);
      List<Saveable> elements = new ArrayList<>();
      List<String> attributes = new ArrayList<>();
      layer
          .inside()
          .forEach(
              (name, element) -> {
                if (name.startsWith(list + "[")) {
                  attributes.add(name);
                  elements.add(element);
                }
              });
      String name = ObjectNames.KERAS_3.of(elements).get(attributes.indexOf(attribute));
      return child(entry, list).children().getOrDefault(name, NOTHING);
    }
    return child(entry, attribute);
  }

  /** Attributes became private and public again between versions. */
  private static Entry child(Entry entry, String attribute) {
    String other = attribute.startsWith("_") ? attribute.substring(1) : "_" + attribute;
    Entry child = entry.children().getOrDefault(attribute, entry.children().get(other));
    return child == null ? NOTHING : child;
  }

  private static Map<String, Tensor> variables(Saveable layer, Entry entry) {
    List<Variable> declared = layer.variables().orElseThrow();
    List<StoredArray> stored = entry.variables();
    if (declared.size() != stored.size()) {
      throw new ModelFileException(
          entry.path(),
          stored.size() + " arrays " + stored.stream().map(StoredArray::path).toList(),
          "the variables " + declared.stream().map(Variable::name).toList() + " of " + layer,
          "Give the weights of this very model.");
    }
    List<Tensor> arrays = new ArrayList<>();
    stored.forEach(array -> arrays.add(array.value()));
    List<Tensor> converted = LegacyLayouts.CURRENT.convert(layer, arrays);
    Map<String, Tensor> variables = new LinkedHashMap<>();
    for (int i = 0; i < declared.size(); i++) {
      if (declared.get(i).place() != Variable.Place.V3_UNREAD) {
        variables.put(declared.get(i).name(), converted.get(i));
      }
    }
    return layer.layer().map(spec -> UnpackedWeights.of(spec, variables)).orElse(variables);
  }
}
