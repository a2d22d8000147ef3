package dev.keraunos.importer.internal.bundle;

import dev.keraunos.hdf5.internal.file.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The lookup tables that TensorFlow 2.6 and later fill when they load a SavedModel, by the nodes of
 * its objects. A table has a function that fills it, whose inputs are the table and constants of
 * the graph: keys and values, or the file among the assets that holds the keys.
 */
final class InitialTables {
  private static final String WHERE = "saved_model.pb";
  private static final int INT64 = 9;

  /** An object, as far as tables need it. */
  private static final class Node {
    private final Map<String, Integer> children = new HashMap<>();
    private String function = "";
    private Optional<String> constant = Optional.empty();
    private Optional<Integer> asset = Optional.empty();
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, List<Integer>> inputs = new HashMap<>();

  private InitialTables() {}

  /**
   * What fills a table.
   *
   * @param constants the names of keys and values, unless a file has the keys
   * @param asset the number of the file among those of the graph
   */
  private record Filling(List<String> constants, Optional<Integer> asset) {}

  /**
   * Reads the tables of a graph.
   *
   * @param graph a {@code MetaGraphDef}
   * @param assets opens the files that hold keys
   * @throws dev.keraunos.keras.ModelFileException if it is damaged
   */
  static Map<Integer, LookupTable> of(ByteSource graph, SavedModelGraph.Assets assets)
      throws IOException {
    InitialTables tables = new InitialTables();
    Wire.find(graph, 7, WHERE)
        .ifPresent(objects -> tables.read(new Wire(WHERE, objects.bytes(0, objects.size()))));
    Map<Integer, Filling> fillings = tables.fillings();
    Map<Integer, LookupTable> found = new HashMap<>();
    if (fillings.isEmpty()) {
      return found;
    }
    Map<String, List<?>> constants = constants(graph, fillings);
    List<String> files = assetFiles(graph);
    for (Map.Entry<Integer, Filling> entry : fillings.entrySet()) {
      Filling filling = entry.getValue();
      found.put(
          entry.getKey(),
          filling.asset.isPresent()
              ? LookupTable.ofLines(assets.text(file(files, filling.asset.get())))
              : new LookupTable(
                  constant(constants, filling.constants.get(0)),
                  constant(constants, filling.constants.get(1))));
    }
    return found;
  }

  private static String file(List<String> files, int asset) {
    if (asset < 0 || asset >= files.size()) {
      throw Wire.damaged(WHERE, "asset " + asset + " of " + files.size());
    }
    return files.get(asset);
  }

  private static List<?> constant(Map<String, List<?>> constants, String name) {
    if (!constants.containsKey(name)) {
      throw Wire.damaged(WHERE, "no constant " + name);
    }
    return constants.get(name);
  }

  private void read(Wire objects) {
    while (objects.next()) {
      switch (objects.field()) {
        case 1 -> nodes.add(node(objects.message()));
        case 2 -> readFunction(objects.message());
        default -> objects.skip();
      }
    }
  }

  private static Node node(Wire wire) {
    Node node = new Node();
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> ObjectGraph.readChild(wire.message(), node.children);
        case 5 -> node.asset = Optional.of(wire.message().number(1));
        case 6 -> node.function = wire.message().text(1);
        case 9 -> node.constant = Optional.of(wire.message().text(1));
        default -> wire.skip();
      }
    }
    return node;
  }

  /** The nodes that a function takes beside its arguments. */
  private void readFunction(Wire entry) {
    String name = "";
    List<Integer> bound = new ArrayList<>();
    while (entry.next()) {
      switch (entry.field()) {
        case 1 -> name = entry.text();
        case 2 -> {
          Wire function = entry.message();
          while (function.next()) {
            if (function.field() == 2) {
              function.numbers().forEach(number -> bound.add((int) (long) number));
            } else {
              function.skip();
            }
          }
        }
        default -> entry.skip();
      }
    }
    inputs.put(name, bound);
  }

  private Map<Integer, Filling> fillings() {
    Map<Integer, Filling> fillings = new HashMap<>();
    for (int table = 0; table < nodes.size(); table++) {
      Integer initialize = nodes.get(table).children.get("_initialize");
      String function = initialize == null ? "" : at(initialize).function;
      List<String> constants = new ArrayList<>();
      Optional<Integer> asset = Optional.empty();
      for (int input : inputs.getOrDefault(function, List.of())) {
        at(input).constant.ifPresent(constants::add);
        asset = asset.or(() -> at(input).asset);
      }
      if (asset.isPresent() || constants.size() == 2) {
        fillings.put(table, new Filling(constants, asset));
      }
    }
    return fillings;
  }

  private Node at(int node) {
    if (node < 0 || node >= nodes.size()) {
      throw Wire.damaged(WHERE, "node " + node + " of " + nodes.size());
    }
    return nodes.get(node);
  }

  /** The values of the constants that fill tables. */
  private static Map<String, List<?>> constants(ByteSource graph, Map<Integer, Filling> fillings) {
    Set<String> wanted = new HashSet<>();
    fillings.values().forEach(filling -> wanted.addAll(filling.constants));
    Map<String, List<?>> constants = new HashMap<>();
    ByteSource nodes = Wire.find(graph, 2, WHERE).orElseThrow();
    Wire wire = new Wire(WHERE, nodes.bytes(0, nodes.size()));
    while (wire.next()) {
      if (wire.field() != 1) {
        wire.skip();
        continue;
      }
      ByteBuffer node = wire.bytes();
      String name = new Wire(WHERE, node).text(1);
      if (wanted.contains(name)) {
        constants.put(name, value(new Wire(WHERE, node)));
      }
    }
    return constants;
  }

  /** The attribute {@code value} of a node. */
  private static List<?> value(Wire node) {
    while (node.next()) {
      if (node.field() != 5) {
        node.skip();
        continue;
      }
      ByteBuffer attribute = node.bytes();
      if (new Wire(WHERE, attribute).text(1).equals("value")) {
        return elements(new Wire(WHERE, attribute).message(2).message(8));
      }
    }
    throw Wire.damaged(WHERE, "a constant without a value");
  }

  /** The elements of a {@code TensorProto} of texts or whole numbers. */
  private static List<?> elements(Wire tensor) {
    int type = 0;
    List<Long> dims = new ArrayList<>();
    List<ByteBuffer> texts = new ArrayList<>();
    List<Object> elements = new ArrayList<>();
    while (tensor.next()) {
      switch (tensor.field()) {
        case 1 -> type = (int) tensor.number();
        case 2 -> TensorBundle.readShape(tensor.message(), dims);
        case 4 -> {
          ByteBuffer content = tensor.bytes().order(ByteOrder.LITTLE_ENDIAN);
          while (type == INT64 && content.remaining() >= Long.BYTES) {
            elements.add(content.getLong());
          }
        }
        case 8 -> texts.add(tensor.bytes());
        case 10 -> elements.addAll(tensor.numbers());
        default -> tensor.skip();
      }
    }
    elements.addAll(LookupTable.texts(texts));
    if (dims.size() != 1 || dims.get(0) != elements.size()) {
      throw Wire.damaged(WHERE, elements.size() + " entries of a table of shape " + dims);
    }
    return elements;
  }

  private static List<String> assetFiles(ByteSource graph) {
    List<String> files = new ArrayList<>();
    Wire wire = new Wire(WHERE, graph.bytes(0, graph.size()));
    while (wire.next()) {
      if (wire.field() == 6) {
        files.add(wire.message().text(2));
      } else {
        wire.skip();
      }
    }
    return files;
  }
}
