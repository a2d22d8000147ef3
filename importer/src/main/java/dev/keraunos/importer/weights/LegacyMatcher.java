package dev.keraunos.importer.weights;

import dev.keraunos.importer.ModelFileException;
import dev.keraunos.importer.archive.StoredArray;
import dev.keraunos.importer.archive.WeightStore;
import dev.keraunos.importer.topology.ModelTopology;
import dev.keraunos.loss.KerasVersion.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The layout of {@code .h5}: one list of arrays per layer, those of nested layers included,
 * trainable ones first. Mirrors {@code load_weights_from_hdf5_group} and {@code
 * preprocess_weights_for_loading} of Keras 2.2.4 and 2.15.
 */
final class LegacyMatcher {
  private final WeightStore.ByLayer store;
  private final Line line;
  private final Conversions conversions;

  /**
   * A matcher for a store.
   *
   * @param line whose {@code trainable} rules ordered the arrays
   */
  LegacyMatcher(WeightStore.ByLayer store, Line line) {
    this.store = store;
    this.line = line;
    this.conversions = Conversions.of(store);
  }

  LayerWeights match(ModelTopology topology, VariableTable table) {
    WeightNode root = WeightNode.of(topology, table);
    Map<String, List<StoredArray>> stored = new LinkedHashMap<>();
    for (WeightStore.Layer layer : store.layers()) {
      if (!layer.arrays().isEmpty()) {
        stored.put(layer.name(), layer.arrays());
      }
    }
    requireNoTopLevel();
    List<WeightNode> owners = owners(root, stored);
    if (owners.size() != stored.size()) {
      throw new ModelFileException(
          "/model_weights",
          stored.size() + " layers with weights: " + stored.keySet(),
          owners.size() + " that the config has: " + owners.stream().map(WeightNode::path).toList(),
          "The weights belong to another model, or the file is damaged.");
    }
    boolean byName = stored.keySet().containsAll(owners.stream().map(this::name).toList());
    List<List<StoredArray>> inOrder = new ArrayList<>(stored.values());
    for (int i = 0; i < owners.size(); i++) {
      distribute(owners.get(i), byName ? stored.get(name(owners.get(i))) : inOrder.get(i));
    }
    root.assign(conversions);
    return root;
  }

  private String name(WeightNode node) {
    return node.spec().orElseThrow().name();
  }

  /** The layers that have a group of their own. */
  private List<WeightNode> owners(WeightNode root, Map<String, ?> stored) {
    return flattened(root)
        .filter(WeightNode::hasVariables)
        .filter(layer -> layer.variables().isPresent() || stored.containsKey(name(layer)))
        .toList();
  }

  /**
   * The layers of a model; the branches of a Keras 1 Sequential that begins with a Merge are stored
   * layer by layer.
   */
  private static Stream<WeightNode> flattened(WeightNode model) {
    List<WeightNode> layers = List.copyOf(model.layers().values());
    return layers.stream()
        .flatMap(layer -> isBranch(layers, layer) ? flattened(layer) : Stream.of(layer));
  }

  private static boolean isBranch(List<WeightNode> layers, WeightNode layer) {
    List<WeightNode> after = layers.subList(layers.indexOf(layer), layers.size());
    return layer.isModel() && after.stream().anyMatch(LegacyMatcher::mergesBranches);
  }

  private static boolean mergesBranches(WeightNode layer) {
    return layer
        .spec()
        .filter(spec -> spec.className().equals("Merge") && spec.json().path("layers").isArray())
        .isPresent();
  }

  private void requireNoTopLevel() {
    if (!store.topLevel().isEmpty()) {
      throw new ModelFileException(
          "/model_weights/top_level_model_weights",
          "variables of the model itself: " + WeightNode.describe(store.topLevel()),
          "variables of layers",
          "A model that owns variables is a subclass; its code cannot be run.");
    }
  }

  /**
   * Hands the arrays of a top-level layer to the layers inside it, in the order in which Keras
   * wrote them.
   */
  private void distribute(WeightNode owner, List<StoredArray> arrays) {
    if (owner.variables().isEmpty()) {
      arrays.forEach(owner::store);
      return;
    }
    Slots slots = slots(owner);
    List<WeightNode> order = new ArrayList<>(slots.trainable());
    order.addAll(slots.nonTrainable());
    if (order.size() != arrays.size()) {
      throw new ModelFileException(
          owner.path(),
          arrays.size() + " stored arrays: " + WeightNode.describe(arrays),
          order.size() + " that the config asks for",
          "The weights belong to another model, or the file is damaged.");
    }
    for (int i = 0; i < arrays.size(); i++) {
      order.get(i).store(arrays.get(i));
    }
  }

  /** To whom the arrays belong, one entry per array. */
  private record Slots(List<WeightNode> trainable, List<WeightNode> nonTrainable) {
    static Slots empty() {
      return new Slots(new ArrayList<>(), new ArrayList<>());
    }

    void add(Slots other) {
      trainable.addAll(other.trainable);
      nonTrainable.addAll(other.nonTrainable);
    }
  }

  private Slots slots(WeightNode node) {
    Slots slots = Slots.empty();
    List<WeightNode> all = new ArrayList<>();
    own(node, slots, all);
    List<WeightNode> inner = new ArrayList<>(node.children().values());
    inner.addAll(node.layers().values());
    for (WeightNode child : inner) {
      Slots below = slots(child);
      slots.add(below);
      all.addAll(below.trainable());
      all.addAll(below.nonTrainable());
    }
    if (node.isTrainable()) {
      return slots;
    }
    boolean layerByLayer = line == Line.TF_KERAS || line == Line.KERAS_3;
    if (layerByLayer) {
      return new Slots(new ArrayList<>(), all);
    }
    List<WeightNode> frozen = new ArrayList<>(slots.trainable());
    frozen.addAll(slots.nonTrainable());
    return new Slots(new ArrayList<>(), frozen);
  }

  private void own(WeightNode node, Slots slots, List<WeightNode> all) {
    if (node.variables().isEmpty()) {
      throw new ModelFileException(
          node.path(),
          "a custom layer inside another",
          "custom layers at the top level of the model",
          "How many of the arrays belong to it is not stored.");
    }
    Optional<Integer> stored = conversions.storedCount(node);
    for (Variable variable : node.variables().get()) {
      if (stored.isEmpty()) {
        (variable.trainable() ? slots.trainable() : slots.nonTrainable()).add(node);
        all.add(node);
      }
    }
    for (int i = 0; i < stored.orElse(0); i++) {
      slots.trainable().add(node);
      all.add(node);
    }
  }
}
