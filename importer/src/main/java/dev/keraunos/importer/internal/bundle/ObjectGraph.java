package dev.keraunos.importer.internal.bundle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

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

  /** The lists of what TextVectorization and the lookups have counted, of no use to predictions. */
  private static final Set<String> COUNTS =
      Set.of("token_counts", "token_document_counts", "num_documents");

  /**
   * An object.
   *
   * @param table the key of a lookup table's tokens and indices
   */
  private record Node(
      Map<String, Integer> children, Optional<Stored> variable, Optional<String> table) {}

  private final List<Node> nodes = new ArrayList<>();
  private final Set<Integer> counts = new HashSet<>();

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
    Wire wire = new Wire(KEY, bundle.texts(KEY).get(0));
    while (wire.next()) {
      if (wire.field() == 1) {
        graph.add(node(wire.message()));
      } else {
        wire.skip();
      }
    }
    return Optional.of(graph);
  }

  private void add(Node node) {
    nodes.add(node);
    for (String name : COUNTS) {
      if (node.children.containsKey(name)) {
        counts.add(node.children.get(name));
      }
    }
  }

  private static Node node(Wire wire) {
    Map<String, Integer> children = new LinkedHashMap<>();
    Map<String, Stored> attributes = new HashMap<>();
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> readChild(wire.message(), children);
        case 2 -> readAttribute(wire.message(), attributes);
        default -> wire.skip();
      }
    }
    return new Node(
        children,
        Optional.ofNullable(attributes.get("VARIABLE_VALUE")),
        Optional.ofNullable(attributes.get("table")).map(Stored::key));
  }

  static void readChild(Wire wire, Map<String, Integer> children) {
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

  private static void readAttribute(Wire wire, Map<String, Stored> attributes) {
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
    attributes.put(attribute, new Stored(name, key));
  }

  /** The nodes of a model's layers, in its order; those of the whole model for node 0. */
  public List<Integer> layers(int model) {
    List<Integer> layers = new ArrayList<>();
    Map<String, Integer> children = node(model).children;
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
      Map<Integer, Integer> elements = new TreeMap<>(); // tables of tokens leave gaps
      node(listed)
          .children
          .forEach(
              (name, child) -> {
                if (name.matches("[0-9]{1,9}")) {
                  elements.put(Integer.valueOf(name), child);
                }
              });
      found.addAll(elements.values());
    }
    found.removeAll(counts);
    List<Stored> variables = new ArrayList<>();
    found.forEach(node -> node(node).variable.ifPresent(variables::add));
    return variables;
  }

  /**
   * The lookup table of a layer or of what is inside it.
   *
   * @param initial tables that the graph fills, by node
   * @return empty if it has none, or one without entries
   */
  public Optional<LookupTable> table(
      int layer, TensorBundle bundle, Map<Integer, LookupTable> initial) throws IOException {
    Set<Integer> inside = new LinkedHashSet<>();
    collect(layer, inside);
    for (int node : inside) {
      if (initial.containsKey(node)) {
        return Optional.of(initial.get(node));
      }
      if (node(node).table.isPresent()) {
        LookupTable table = LookupTable.of(bundle, node(node).table.get());
        if (!table.keys().isEmpty()) {
          return Optional.of(table);
        }
      }
    }
    return Optional.empty();
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
                  if (!ELSEWHERE.contains(name) && !COUNTS.contains(name)) {
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
