package dev.keraunos.importer.weights;

import dev.keraunos.importer.ModelFileException;
import dev.keraunos.importer.archive.StoredArray;
import dev.keraunos.importer.topology.LayerSpec;
import dev.keraunos.importer.topology.ModelTopology;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One layer or model of the tree that holds a model's weights; filled by a matcher, then read by
 * the lowering.
 */
final class WeightNode implements LayerWeights {
  private final String path;
  private final Optional<LayerSpec> layer;
  private final Optional<List<Variable>> variables;
  private final Map<String, WeightNode> children = new LinkedHashMap<>();
  private final Map<String, WeightNode> layers = new LinkedHashMap<>();
  private final List<StoredArray> stored = new ArrayList<>();
  private final Map<String, Tensor> values = new LinkedHashMap<>();

  private WeightNode(String path, Optional<LayerSpec> layer, Optional<List<Variable>> variables) {
    this.path = path;
    this.layer = layer;
    this.variables = variables;
  }

  /** The empty tree of a model. */
  static WeightNode of(ModelTopology topology, VariableTable table) {
    WeightNode node = new WeightNode("", Optional.empty(), Optional.of(List.of()));
    node.addLayers(topology, table);
    return node;
  }

  private static WeightNode of(LayerSpec layer, VariableTable table) {
    if (layer.model().isPresent()) {
      WeightNode node = new WeightNode(layer.path(), Optional.of(layer), Optional.of(List.of()));
      node.addLayers(layer.model().get(), table);
      return node;
    }
    if (layer.kind() != LayerSpec.Kind.LAYER) {
      return new WeightNode(layer.path(), Optional.of(layer), Optional.of(List.of()));
    }
    WeightNode node = new WeightNode(layer.path(), Optional.of(layer), table.variables(layer));
    table
        .children(layer)
        .forEach((attribute, inner) -> node.children.put(attribute, of(inner, table)));
    return node;
  }

  private void addLayers(ModelTopology topology, VariableTable table) {
    topology.layersByName().forEach((name, layer) -> layers.put(name, of(layer, table)));
  }

  String path() {
    return path;
  }

  /** Empty for the root model. */
  Optional<LayerSpec> spec() {
    return layer;
  }

  boolean isModel() {
    return layer.isEmpty() || layer.get().model().isPresent();
  }

  boolean isTrainable() {
    return layer.isEmpty() || layer.get().trainable();
  }

  Optional<List<Variable>> variables() {
    return variables;
  }

  Map<String, WeightNode> children() {
    return children;
  }

  Map<String, WeightNode> layers() {
    return layers;
  }

  /** True if this layer or one inside owns variables, or may. */
  boolean hasVariables() {
    return variables.isEmpty()
        || !variables.get().isEmpty()
        || children.values().stream().anyMatch(WeightNode::hasVariables)
        || layers.values().stream().anyMatch(WeightNode::hasVariables);
  }

  void store(StoredArray array) {
    stored.add(array);
  }

  /** Turns the stored arrays of this node and all below into values of variables. */
  void assign(Conversions conversions) {
    if (variables.isEmpty()) {
      stored.forEach(array -> values.putIfAbsent(shortName(array), array.value()));
    } else if (!variables.get().isEmpty()) {
      assign(conversions.convert(layer.orElseThrow(), stored), variables.get());
    }
    children.values().forEach(child -> child.assign(conversions));
    layers.values().forEach(child -> child.assign(conversions));
  }

  private void assign(List<StoredArray> arrays, List<Variable> expected) {
    if (arrays.size() != expected.size()) {
      throw new ModelFileException(
          path,
          arrays.size() + " stored arrays: " + describe(arrays),
          expected.size() + " for the variables " + expected.stream().map(Variable::name).toList(),
          "The weights belong to another model, or the file is damaged.");
    }
    List<String> names = expected.stream().map(Variable::name).toList();
    List<String> stored = arrays.stream().map(WeightNode::shortName).toList();
    boolean byName = names.stream().distinct().count() == names.size() && stored.containsAll(names);
    for (int i = 0; i < names.size(); i++) {
      int at = byName ? stored.indexOf(names.get(i)) : i;
      values.put(names.get(i), arrays.get(at).value());
    }
  }

  /** The last part of the name without TensorFlow's {@code :0}. */
  private static String shortName(StoredArray array) {
    String last = array.name().substring(array.name().lastIndexOf('/') + 1);
    int colon = last.indexOf(':');
    return colon < 0 ? last : last.substring(0, colon);
  }

  /** Paths and shapes, for errors. */
  static List<String> describe(List<StoredArray> arrays) {
    return arrays.stream().map(array -> array.path() + " " + array.value().shape()).toList();
  }

  @Override
  public Tensor get(String name) {
    Tensor value = values.get(name);
    if (value == null) {
      throw new ModelFileException(
          path,
          "no variable '" + name + "'",
          "the variables the file has here: " + values.keySet(),
          "");
    }
    return value;
  }

  @Override
  public Map<String, Long> parameters() {
    Map<String, Long> parameters = new HashMap<>();
    count(parameters);
    return parameters;
  }

  private long count(Map<String, Long> parameters) {
    long sum = values.values().stream().mapToLong(Tensor::size).sum();
    for (WeightNode child : children.values()) {
      sum += child.count(parameters);
    }
    for (WeightNode inner : layers.values()) {
      sum += inner.count(parameters);
    }
    parameters.put(path, sum);
    return sum;
  }

  @Override
  public LayerWeights child(String attribute) {
    return children.get(attribute);
  }

  @Override
  public LayerWeights layer(String name) {
    return layers.get(name);
  }
}
