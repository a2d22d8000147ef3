package dev.keraunos.importer.weights;

import dev.keraunos.importer.ModelFileException;
import dev.keraunos.importer.archive.WeightStore.Entry;
import dev.keraunos.importer.topology.LayerSpec;
import dev.keraunos.importer.topology.ModelTopology;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The layout of {@code .keras} and {@code .weights.h5}: groups named after classes and attributes,
 * each with its variables in {@code vars/0}, {@code vars/1}, ... Mirrors {@code _walk_saveable} and
 * {@code _save_container_state} of Keras 3.15 and of tf.keras 2.12 to 2.15.
 */
final class StoreMatcher {
  private static final List<String> CONTAINERS =
      List.of("layers", "_layer_checkpoint_dependencies");
  private static final Set<String> NOT_WEIGHTS =
      Set.of("optimizer", "metrics", "loss", "_metrics", "_compile_metrics");

  /** How a container numbers the second object of a class. */
  private enum Numbering {
    /** Every object counts, also one already saved: Keras 3. */
    EVERY,
    /** Objects already saved do not count: tf.keras from 2.14 on. */
    DISTINCT,
    /** Objects with weights count twice: tf.keras 2.12 and 2.13. */
    DOUBLED
  }

  private final Entry file;
  private final Set<Entry> used = Collections.newSetFromMap(new IdentityHashMap<>());

  StoreMatcher(Entry file) {
    this.file = file;
  }

  LayerWeights match(ModelTopology topology, VariableTable table) {
    WeightNode root = WeightNode.of(topology, table);
    layers(root, topology, file);
    requireAllUsed(file, root.hasVariables());
    root.assign(Conversions.none());
    return root;
  }

  /**
   * The layers of a model whose group is given: the container and numbering under which all of them
   * are found.
   */
  private void layers(WeightNode model, ModelTopology topology, Entry group) {
    List<String> misses = new ArrayList<>();
    for (String container : CONTAINERS) {
      Entry inside = group.children().get(container);
      for (Numbering numbering : inside == null ? new Numbering[0] : Numbering.values()) {
        Map<String, Entry> found = find(model, topology, inside, numbering);
        Optional<String> miss = miss(model, found);
        if (miss.isEmpty()) {
          found.forEach((name, layer) -> layer(model.layers().get(name), layer));
          return;
        }
        misses.add(container + ": " + miss.get());
      }
    }
    if (model.hasVariables()) {
      throw new ModelFileException(
          group.path(),
          "no group for every layer with weights; groups here are " + group.children().keySet(),
          "the layers of the config: "
              + (misses.isEmpty() ? model.layers().keySet() : misses.get(0)),
          "The weights belong to another model, or the file is damaged.");
    }
  }

  private Map<String, Entry> find(
      WeightNode model, ModelTopology topology, Entry container, Numbering numbering) {
    Map<String, Integer> counts = new HashMap<>();
    Set<String> seen = new HashSet<>();
    Map<String, Entry> found = new TreeMap<>();
    for (LayerSpec layer : saved(topology)) {
      boolean first = seen.add(layer.name());
      if (!first && numbering != Numbering.EVERY) {
        continue;
      }
      String name = SnakeCase.of(className(layer));
      WeightNode node = model.layers().get(layer.name());
      int step = numbering == Numbering.DOUBLED && node.hasVariables() ? 2 : 1;
      int count = counts.merge(name, step, Integer::sum) - step;
      Entry group = container.children().get(count == 0 ? name : name + "_" + count);
      if (group != null && first) {
        found.put(layer.name(), group);
      }
    }
    return found;
  }

  /** What Keras walks: operations are no layers, and a Sequential does not list its input. */
  private static List<LayerSpec> saved(ModelTopology topology) {
    List<LayerSpec> saved = new ArrayList<>();
    for (LayerSpec layer : topology.layers()) {
      boolean input =
          layer.kind() == LayerSpec.Kind.INPUT && topology.kind() == ModelTopology.Kind.SEQUENTIAL;
      if (layer.kind() != LayerSpec.Kind.OPERATION && !input) {
        saved.add(layer);
      }
    }
    return saved;
  }

  /** The Python class, which the config's {@code class_name} is but for one built-in layer. */
  private static String className(LayerSpec layer) {
    return layer.className().equals("GroupQueryAttention")
        ? "GroupedQueryAttention"
        : layer.className();
  }

  /** Why these groups are not those of the model's layers; empty if they are. */
  private static Optional<String> miss(WeightNode model, Map<String, Entry> found) {
    for (Map.Entry<String, WeightNode> layer : model.layers().entrySet()) {
      WeightNode node = layer.getValue();
      Entry group = found.get(layer.getKey());
      if (group == null) {
        if (node.hasVariables() && node.variables().isPresent()) {
          return Optional.of("nothing for layer '" + layer.getKey() + "'");
        }
        continue;
      }
      Optional<String> written = group.layerName();
      if (written.isPresent() && !written.get().equals(layer.getKey())) {
        return Optional.of(
            "the group of layer '" + layer.getKey() + "' says it is " + written.get());
      }
      int stored = own(node, group).variables().size();
      int expected = node.variables().map(List::size).orElse(stored);
      if (!node.isModel() && stored != expected) {
        return Optional.of(
            "layer '" + layer.getKey() + "' has " + expected + " variables, stored are " + stored);
      }
    }
    return Optional.empty();
  }

  /** Where a layer keeps its own variables: recurrent layers keep them in their cell. */
  private static Entry own(WeightNode node, Entry group) {
    boolean inCell =
        group.variables().isEmpty()
            && node.children().isEmpty()
            && group.children().containsKey("cell");
    return inCell ? group.children().get("cell") : group;
  }

  private void layer(WeightNode node, Entry group) {
    if (node.isModel()) {
      layers(node, node.spec().orElseThrow().model().orElseThrow(), group);
      return;
    }
    Entry own = own(node, group);
    used.add(own);
    own.variables().forEach(node::store);
    Map<String, Integer> counts = new HashMap<>();
    node.children().forEach((attribute, child) -> child(node, child, attribute, group, counts));
  }

  /**
   * A layer held by an attribute, or by a list as {@code cells[1]}; private attributes may have
   * gained an underscore.
   */
  private void child(
      WeightNode node,
      WeightNode child,
      String attribute,
      Entry group,
      Map<String, Integer> counts) {
    int bracket = attribute.indexOf('[');
    String name = bracket < 0 ? attribute : attribute.substring(0, bracket);
    Entry inside = group.children().getOrDefault(name, group.children().get("_" + name));
    if (inside != null && bracket >= 0) {
      String className = SnakeCase.of(child.spec().orElseThrow().className());
      int count = counts.merge(name + "/" + className, 1, Integer::sum) - 1;
      inside = inside.children().get(count == 0 ? className : className + "_" + count);
    }
    if (inside != null) {
      layer(child, inside);
    } else if (child.hasVariables()) {
      throw new ModelFileException(
          group.path(),
          "no group for '"
              + attribute
              + "' of layer "
              + node.path()
              + ", groups here are "
              + group.children().keySet(),
          "one, since it has variables",
          "The weights belong to another model, or the file is damaged.");
    }
  }

  /**
   * Every array belongs to a layer, except those of the optimizer and the metrics, and repetitions.
   */
  private void requireAllUsed(Entry group, boolean any) {
    List<String> unused = new ArrayList<>();
    group
        .children()
        .forEach(
            (name, child) -> {
              if (!NOT_WEIGHTS.contains(name)) {
                collectUnused(child, unused);
              }
            });
    group.variables().forEach(array -> unused.add(array.path()));
    if (!unused.isEmpty()) {
      throw new ModelFileException(
          "/",
          "arrays that no layer takes: " + unused.subList(0, Math.min(8, unused.size())),
          any
              ? "only the variables of the config's layers"
              : "no arrays, since no layer has variables",
          "The weights belong to another model, or a layer holds others that its class does not"
              + " declare.");
    }
  }

  private void collectUnused(Entry group, List<String> unused) {
    if (!used.contains(group)) {
      group.variables().forEach(array -> unused.add(array.path()));
    }
    group.children().values().forEach(child -> collectUnused(child, unused));
  }
}
