package dev.keraunos.importer.internal.bundle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which objects a checkpoint was written from: a node for each, whose children are its attributes,
 * the model first. A variable is a node with a key of the bundle.
 */
public final class ObjectGraph {
  /**
   * A variable.
   *
   * @param name as TensorFlow knows it, such as {@code dense/kernel}
   * @param key of the bundle
   */
  public record Stored(String name, String key) {}

  /** The list of all variables of a layer in the order of {@code layer.weights}. */
  private static final String VARIABLES = "variables";

  /** Attributes that lead away from a layer's own variables. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          VARIABLES,
          "trainable_variables",
          "non_trainable_variables",
          "regularization_losses",
          "keras_api",
          "signatures",
          "optimizer",
          "root");

  private static final String KEY = "_CHECKPOINTABLE_OBJECT_GRAPH";

  private record Node(Map<String, Integer> children, Optional<Stored> variable) {}

  private final List<Node> nodes = new ArrayList<>();

  private ObjectGraph() {}

  /**
   * The graph of a bundle; empty if it is of TensorFlow 1 or no checkpoint of objects.
   *
   * @throws dev.keraunos.keras.ModelFileException if it is damaged
   */
  public static Optional<ObjectGraph> of(TensorBundle bundle) throws IOException {
    if (!bundle.has(KEY)) {
      return Optional.empty();
    }
    ObjectGraph graph = new ObjectGraph();
    Wire wire = new Wire(KEY, bundle.text(KEY));
    while (wire.next()) {
      if (wire.field() == 1) {
        graph.nodes.add(node(wire.message()));
      } else {
        wire.skip();
      }
    }
    return Optional.of(graph);
  }

  private static Node node(Wire wire) {
    Map<String, Integer> children = new LinkedHashMap<>();
    Optional<Stored> variable = Optional.empty();
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> readChild(wire.message(), children);
        case 2 -> {
          Optional<Stored> found = stored(wire.message());
          variable = found.isPresent() ? found : variable;
        }
        default -> wire.skip();
      }
    }
    return new Node(children, variable);
  }

  private static void readChild(Wire wire, Map<String, Integer> children) {
    int node = 0;
    String name = "";
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> node = (int) wire.number();
        case 2 -> name = wire.text();
        default -> wire.skip();
      }
    }
    children.put(name, node);
  }

  private static Optional<Stored> stored(Wire wire) {
    String attribute = "";
    String name = "";
    String key = "";
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> attribute = wire.text();
        case 2 -> name = wire.text();
        case 3 -> key = wire.text();
        default -> wire.skip();
      }
    }
    return attribute.equals("VARIABLE_VALUE")
        ? Optional.of(new Stored(name, key))
        : Optional.empty();
  }

  /** The nodes of the model's layers, in its order. */
  public List<Integer> layers() {
    List<Integer> layers = new ArrayList<>();
    Map<String, Integer> children = node(0).children;
    for (int i = 0; children.containsKey("layer-" + i); i++) {
      layers.add(children.get("layer-" + i));
    }
    return layers;
  }

  /** Names of the attributes of the model object. */
  public Set<String> attributes() {
    return node(0).children.keySet();
  }

  /**
   * The variables of a layer and of all inside it: in the order of {@code layer.weights} where the
   * file lists them, else in that of the attributes.
   */
  public List<Stored> variables(int layer) {
    Integer listed = node(layer).children.get(VARIABLES);
    Set<Integer> found = new LinkedHashSet<>();
    if (listed == null) {
      collect(layer, found);
    } else {
      Map<String, Integer> elements = node(listed).children;
      for (int i = 0; elements.containsKey(Integer.toString(i)); i++) {
        found.add(elements.get(Integer.toString(i)));
      }
    }
    List<Stored> variables = new ArrayList<>();
    found.forEach(node -> node(node).variable.ifPresent(variables::add));
    return variables;
  }

  private void collect(int from, Set<Integer> seen) {
    List<Integer> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      int at = open.remove(open.size() - 1);
      if (seen.add(at)) {
        List<Integer> children = new ArrayList<>();
        node(at)
            .children
            .forEach(
                (name, child) -> {
                  if (!ELSEWHERE.contains(name)) {
                    children.add(0, child);
                  }
                });
        open.addAll(children);
      }
    }
  }

  private Node node(int at) {
    if (at < 0 || at >= nodes.size()) {
      throw Wire.damaged(KEY, "node " + at + " of " + nodes.size());
    }
    return nodes.get(at);
  }
}
