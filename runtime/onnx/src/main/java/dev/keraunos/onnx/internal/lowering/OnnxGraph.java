package dev.keraunos.onnx.internal.lowering;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph in the operators of ONNX.
 *
 * @param nodes in the order they run
 * @param inputs by name, in the order of the graph
 * @param outputs by name, in the order of the graph
 * @param initializers the weights and other constants by name
 */
public record OnnxGraph(
    Nodes nodes,
    Map<String, Value> inputs,
    Map<String, Value> outputs,
    Map<String, Tensor> initializers) {
  /**
   * Lowers a graph.
   *
   * @throws KeraunosException listing everything in it that ONNX cannot say, with the layers
   */
  public static OnnxGraph of(Graph graph) {
    Nodes.Shared shared = new Nodes.Shared();
    Nodes nodes = new Nodes(shared);
    Map<String, Value> inputs = inputs(graph, nodes);
    Map<String, String> wanted = new LinkedHashMap<>();
    graph
        .outputs()
        .forEach(
            (name, value) -> {
              boolean input = value == inputs.get(name); // as an output it keeps its name
              wanted.put(name, input ? name : shared.names.fresh(name));
            });
    Lowering.lower(graph, nodes);
    requireNoGaps(shared);
    Map<String, Value> outputs = new LinkedHashMap<>();
    Set<String> given = new HashSet<>(inputs.keySet());
    given.addAll(shared.initializers.keySet());
    graph
        .outputs()
        .forEach(
            (name, value) -> {
              String computed = nodes.name(value);
              if (!computed.equals(wanted.get(name))) {
                String own = given.add(computed) ? computed : nodes.op("Identity", computed);
                shared.names.rename(own, wanted.get(name));
              }
              outputs.put(wanted.get(name), value);
            });
    Set<String> used = new HashSet<>(outputs.keySet());
    addUsed(nodes, used);
    Map<String, Tensor> initializers = new LinkedHashMap<>(shared.initializers);
    initializers.keySet().retainAll(used); // some constants only lend their dimensions
    return new OnnxGraph(nodes, inputs, outputs, initializers);
  }

  private static Map<String, Value> inputs(Graph graph, Nodes nodes) {
    Map<String, Value> inputs = new LinkedHashMap<>();
    List<String> names = graph.inputNames();
    for (int i = 0; i < names.size(); i++) {
      String name = nodes.shared().names.fresh(names.get(i));
      inputs.put(name, graph.inputs().get(i));
      nodes.bind(graph.inputs().get(i), name);
    }
    return inputs;
  }

  /** The nodes that ONNX has no form for. */
  public static Set<Node> lacking(Graph graph) {
    Nodes nodes = new Nodes(new Nodes.Shared());
    inputs(graph, nodes);
    Lowering.lower(graph, nodes);
    return nodes.shared().lacking;
  }

  private static void addUsed(Nodes nodes, Set<String> used) {
    for (Nodes.OnnxNode node : nodes.list()) {
      used.addAll(node.inputs());
      for (Object attribute : node.attributes().values()) {
        if (attribute instanceof Nodes.Body body) {
          addUsed(body.nodes(), used);
        }
      }
    }
  }

  private static void requireNoGaps(Nodes.Shared shared) {
    if (!shared.gaps.isEmpty()) {
      throw new KeraunosException(
          "the model cannot be written as ONNX, which has no form for:\n  "
              + String.join("\n  ", shared.gaps));
    }
  }

  /** The name under which a value is written. */
  public String written(String name) {
    return name.isEmpty() ? name : nodes.shared().names.written(name);
  }

  /** The size of all initializers in bytes. */
  public long weightBytes() {
    return initializers.values().stream().mapToLong(Tensor::byteSize).sum();
  }
}
