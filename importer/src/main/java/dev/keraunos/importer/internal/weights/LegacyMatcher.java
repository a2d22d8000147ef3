package dev.keraunos.importer.internal.weights;

import dev.keraunos.error.InputException;
import dev.keraunos.importer.internal.archive.StoredArray;
import dev.keraunos.importer.internal.archive.WeightStore;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Matches {@code .h5} weights: layers of the top level by name where all names agree, else by
 * position; inside a layer by Keras' order, all trainable variables before all others.
 *
 * <p>Mirrors {@code load_weights_from_hdf5_group} of Keras 1 to 3 and {@code
 * preprocess_weights_for_loading} of Keras 2.
 */
final class LegacyMatcher {
  private final WeightStore.ByLayer store;
  private final LegacyLayouts layouts;
  private final IdentityHashMap<Saveable, Map<String, Tensor>> values = new IdentityHashMap<>();

  /** Factors of low rank beside quantized weights. */
  private final IdentityHashMap<Saveable, Map<String, Tensor>> factors = new IdentityHashMap<>();

  LegacyMatcher(WeightStore.ByLayer store) {
    this.store = store;
    this.layouts = new LegacyLayouts(LegacyLayouts.Origin.of(store));
  }

  StoredWeights match(Saveable model) {
    if (!store.topLevel().isEmpty()) {
      throw new ModelFileException(
          "top_level_model_weights",
          store.topLevel().size() + " variables of the model object itself",
          "variables of layers",
          "Move them into a layer.");
    }
    pairs(model).forEach((saveable, layer) -> assign(saveable, layer.arrays(), layer.name()));
    return build(model);
  }

  private StoredWeights build(Saveable saveable) {
    Map<String, StoredWeights> inside = new LinkedHashMap<>();
    saveable.inside().forEach((name, child) -> inside.put(name, build(child)));
    return new StoredWeights(
        saveable.path(),
        values.getOrDefault(saveable, Map.of()),
        inside,
        saveable.variables().isEmpty());
  }

  /** Which stored layer belongs to which layer of the model. */
  private Map<Saveable, WeightStore.Layer> pairs(Saveable model) {
    List<Saveable> wanted = flattened(model).stream().filter(Saveable::takesArrays).toList();
    List<WeightStore.Layer> stored =
        store.layers().stream().filter(layer -> !layer.arrays().isEmpty()).toList();
    Map<Saveable, WeightStore.Layer> pairs = byName(wanted, stored);
    if (!pairs.isEmpty() || (wanted.isEmpty() && stored.isEmpty())) {
      return pairs;
    }
    List<Saveable> certain = wanted.stream().filter(layer -> layer.size().isPresent()).toList();
    List<Saveable> ordered = wanted.size() == stored.size() ? wanted : certain;
    if (ordered.size() != stored.size()) {
      throw unpaired(wanted, stored);
    }
    for (int i = 0; i < stored.size(); i++) {
      pairs.put(ordered.get(i), stored.get(i));
    }
    return pairs;
  }

  /** All pairs of one name, or none if a name on either side has no partner. */
  private static Map<Saveable, WeightStore.Layer> byName(
      List<Saveable> wanted, List<WeightStore.Layer> stored) {
    Map<String, WeightStore.Layer> unpaired = new HashMap<>();
    stored.forEach(layer -> unpaired.put(layer.name(), layer));
    Map<Saveable, WeightStore.Layer> pairs = new LinkedHashMap<>();
    for (Saveable saveable : wanted) {
      WeightStore.Layer layer = unpaired.remove(saveable.layer().orElseThrow().name());
      if (layer != null) {
        pairs.put(saveable, layer);
      } else if (saveable.size().isPresent()) {
        return new LinkedHashMap<>();
      }
    }
    return unpaired.isEmpty() ? pairs : new LinkedHashMap<>();
  }

  private static ModelFileException unpaired(
      List<Saveable> wanted, List<WeightStore.Layer> stored) {
    Set<String> names = new LinkedHashSet<>();
    wanted.forEach(saveable -> names.add(saveable.layer().orElseThrow().name()));
    Set<String> common = new LinkedHashSet<>(names);
    Set<String> storedNames = new LinkedHashSet<>();
    stored.forEach(layer -> storedNames.add(layer.name()));
    common.retainAll(storedNames);
    names.removeAll(common);
    storedNames.removeAll(common);
    return new ModelFileException(
        "layer_names",
        stored.size() + " layers with weights, among them " + storedNames + " only in the file",
        wanted.size() + " layers with weights, among them " + names + " only in the model",
        "Give the weights of this very model.");
  }

  /** Keras 1's {@code flattened_layers}: the branches of a Merge at the start are opened. */
  private static List<Saveable> flattened(Saveable model) {
    Set<Saveable> flat = new LinkedHashSet<>();
    boolean branches = model.layers().stream().anyMatch(LegacyMatcher::mergesBranches);
    for (Saveable layer : model.layers()) {
      branches &= !mergesBranches(layer);
      flat.addAll(branches && layer.isModel() ? flattened(layer) : List.of(layer));
    }
    return List.copyOf(flat);
  }

  private static boolean mergesBranches(Saveable layer) {
    return layer.layer().orElseThrow().mergesBranches();
  }

  /** A place for one array. */
  private record Slot(Saveable owner, String name) {}

  private void assign(Saveable saveable, List<StoredArray> arrays, String group) {
    List<StoredArray> left = LoraFactors.merge(saveable, arrays, this::keep);
    takeUndeclared(saveable, left, List.copyOf(left), true);
    List<Slot> slots = slots(saveable, left.size());
    if (slots.size() != left.size()) {
      throw new ModelFileException(
          group,
          left.size() + " arrays " + left.stream().map(StoredArray::name).limit(16).toList(),
          slots.size()
              + " variables "
              + slots.stream().map(LegacyMatcher::describe).limit(16).toList(),
          "Give the weights of this very model.");
    }
    List<StoredArray> ordered = ordered(slots, left);
    Map<Saveable, List<Tensor>> byOwner = new LinkedHashMap<>();
    for (int i = 0; i < slots.size(); i++) {
      byOwner
          .computeIfAbsent(slots.get(i).owner, owner -> new ArrayList<>())
          .add(ordered.get(i).value());
    }
    byOwner.forEach(this::convert);
  }

  private void keep(Saveable owner, StoredArray factor) {
    factors
        .computeIfAbsent(owner, unused -> new LinkedHashMap<>())
        .put(variableName(factor), factor.value());
  }

  private static String describe(Slot slot) {
    return slot.owner.path() + "." + slot.name;
  }

  private void convert(Saveable owner, List<Tensor> arrays) {
    List<Tensor> converted = converted(owner, arrays);
    List<Variable> variables = ordered(owner);
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (int i = 0; i < converted.size(); i++) {
      named.put(variables.get(i).name(), converted.get(i));
    }
    named.putAll(factors.getOrDefault(owner, Map.of()));
    values.put(owner, UnpackedWeights.of(owner.layer().orElseThrow(), named));
  }

  private List<Tensor> converted(Saveable owner, List<Tensor> arrays) {
    try {
      return layouts.convert(owner, arrays);
    } catch (InputException e) {
      throw new ModelFileException(
          owner.path(),
          "settings that do not go with its variables: " + e.getMessage(),
          "sizes that the variables have",
          "The config or the weights are damaged.",
          e);
    }
  }

  /**
   * A layer of an unknown class takes what is stored under its name; alone in its group, all.
   *
   * @param around what is stored under the name of the layer around it, which may have twins
   */
  private void takeUndeclared(
      Saveable saveable, List<StoredArray> left, List<StoredArray> around, boolean alone) {
    String name = saveable.layer().map(LayerSpec::name).orElse("");
    List<StoredArray> under =
        around.stream().filter(array -> components(array).contains(name)).toList();
    if (saveable.variables().isPresent()) {
      List<StoredArray> own = under.isEmpty() ? around : under;
      saveable.inside().values().forEach(child -> takeUndeclared(child, left, own, false));
      return;
    }
    Map<String, StoredArray> taken = new LinkedHashMap<>();
    for (StoredArray array : List.copyOf(left)) {
      if (alone || under.contains(array)) {
        String below = below(name, array);
        taken.put(taken.containsKey(below) ? array.name() : below, array);
        left.remove(array);
      }
    }
    Map<String, Tensor> named = new LinkedHashMap<>();
    taken.forEach((path, array) -> named.put(path, array.value()));
    values.put(saveable, named);
    assignInside(saveable, taken);
  }

  /** {@code dense/kernel} of {@code block/dense/kernel:0} in a layer {@code block}. */
  private static String below(String layer, StoredArray array) {
    List<String> path = components(array);
    String directory = String.join("/", path.subList(path.indexOf(layer) + 1, path.size() - 1));
    return directory.isEmpty() ? variableName(array) : directory + "/" + variableName(array);
  }

  /**
   * Gives the layers inside one of an unknown class what lies below their names, else what their
   * variables alone can be; nothing where neither tells.
   *
   * @param taken by path below that layer
   */
  private void assignInside(Saveable outer, Map<String, StoredArray> taken) {
    Map<String, StoredArray> left = new LinkedHashMap<>(taken);
    List<Saveable> unnamed = new ArrayList<>();
    for (Saveable child : outer.inside().values()) {
      String directory = child.layer().orElseThrow().name() + "/";
      List<StoredArray> own = new ArrayList<>();
      taken.forEach(
          (path, array) -> {
            if (path.startsWith(directory)) {
              own.add(array);
              left.remove(path);
            }
          });
      if (own.isEmpty()) {
        unnamed.add(child);
      } else {
        assignIfFits(child, own);
      }
    }
    for (Saveable child : unnamed) {
      assignIfFits(child, alone(child, List.copyOf(left.values())));
    }
  }

  private void assignIfFits(Saveable saveable, List<StoredArray> arrays) {
    boolean fits = saveable.size().map(size -> size == arrays.size()).orElse(true);
    if (fits && !arrays.isEmpty()) {
      assign(saveable, arrays, saveable.path());
    }
  }

  /** The arrays that have the name of a variable of a layer, if there is one for each. */
  private List<StoredArray> alone(Saveable saveable, List<StoredArray> arrays) {
    List<StoredArray> found = new ArrayList<>();
    for (Slot slot : slots(saveable, LegacyLayouts.Gates.AS_CONFIGURED)) {
      List<StoredArray> named =
          arrays.stream().filter(array -> variableName(array).equals(slot.name)).toList();
      if (named.size() != 1) {
        return List.of();
      }
      found.addAll(named);
    }
    return found;
  }

  /** The places in Keras' order. A Keras 1 recurrent layer may have its gates apart or fused. */
  private List<Slot> slots(Saveable saveable, int arrays) {
    List<Slot> slots = slots(saveable, LegacyLayouts.Gates.AS_CONFIGURED);
    return slots.size() == arrays ? slots : slots(saveable, LegacyLayouts.Gates.OTHERWISE);
  }

  private List<Slot> slots(Saveable saveable, LegacyLayouts.Gates gates) {
    List<Slot> slots = new ArrayList<>();
    addTrainable(saveable, gates, slots);
    addOthers(saveable, gates, slots);
    return slots;
  }

  private void addTrainable(Saveable saveable, LegacyLayouts.Gates gates, List<Slot> slots) {
    if (saveable.isTrainable() && saveable.variables().isPresent()) {
      addOwn(saveable, gates, true, slots);
      saveable.inside().values().forEach(child -> addTrainable(child, gates, slots));
    }
  }

  private void addOthers(Saveable saveable, LegacyLayouts.Gates gates, List<Slot> slots) {
    if (saveable.variables().isEmpty()) {
      return; // what is inside has been given its own
    }
    if (!saveable.isTrainable()) {
      addOwn(saveable, gates, true, slots);
    }
    addOwn(saveable, gates, false, slots);
    if (!saveable.isTrainable()) {
      saveable.inside().values().forEach(child -> addTrainable(child, gates, slots));
    }
    saveable.inside().values().forEach(child -> addOthers(child, gates, slots));
  }

  /** The variables in the order of their arrays. */
  private static List<Variable> ordered(Saveable saveable) {
    return saveable.variables().orElse(List.of()).stream()
        .sorted(Comparator.comparing(variable -> !variable.trainable()))
        .toList();
  }

  private void addOwn(
      Saveable saveable, LegacyLayouts.Gates gates, boolean trainable, List<Slot> slots) {
    List<Variable> declared = ordered(saveable);
    if (declared.isEmpty()) {
      return;
    }
    for (Variable variable : layouts.stored(saveable, declared, gates)) {
      if (variable.trainable() == trainable) {
        slots.add(new Slot(saveable, variable.name()));
      }
    }
  }

  /** The arrays in the order of the places: as stored, unless their names say otherwise. */
  private static List<StoredArray> ordered(List<Slot> slots, List<StoredArray> arrays) {
    Set<String> places = new LinkedHashSet<>();
    slots.forEach(slot -> places.add(slot.name));
    boolean telling = arrays.stream().allMatch(array -> places.contains(variableName(array)));
    boolean agree = true;
    for (int i = 0; i < slots.size(); i++) {
      agree &= slots.get(i).name.equals(variableName(arrays.get(i)));
    }
    return agree || !telling ? arrays : orderedByName(slots, arrays).orElse(arrays);
  }

  private static Optional<List<StoredArray>> orderedByName(
      List<Slot> slots, List<StoredArray> arrays) {
    List<StoredArray> left = new ArrayList<>(arrays);
    List<StoredArray> ordered = new ArrayList<>();
    for (Slot slot : slots) {
      List<StoredArray> sameVariable =
          left.stream().filter(array -> variableName(array).equals(slot.name)).toList();
      String layer = slot.owner.layer().orElseThrow().name();
      Optional<StoredArray> best =
          sameVariable.stream()
              .filter(array -> components(array).contains(layer))
              .findFirst()
              .or(() -> sameVariable.stream().findFirst());
      if (best.isEmpty()) {
        return Optional.empty();
      }
      left.remove(best.get());
      ordered.add(best.get());
    }
    return Optional.of(ordered);
  }

  private static List<String> components(StoredArray array) {
    return Arrays.asList(array.name().split("/", -1));
  }

  /** {@code kernel} of {@code dense_1/kernel:0}. */
  private static String variableName(StoredArray array) {
    String last = array.name().substring(array.name().lastIndexOf('/') + 1);
    int colon = last.indexOf(':');
    return colon < 0 ? last : last.substring(0, colon);
  }
}
