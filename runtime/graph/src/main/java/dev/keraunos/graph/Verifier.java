package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a graph must be for an engine to run it. Runs after import and after every pass. */
final class Verifier {
  private final Graph graph;
  private final Set<Value> produced = new HashSet<>();
  private final Set<String> names = new HashSet<>();

  private Verifier(Graph graph) {
    this.graph = graph;
  }

  /** See {@link Graph#verify}. */
  static void verify(Graph graph) {
    new Verifier(graph).verify();
  }

  private void verify() {
    int last = -1;
    for (Node node : graph.nodes()) {
      require(node.id() > last, node, "it comes after node " + last);
      last = node.id();
      verify(node);
      produced.addAll(node.outputs());
    }
    for (Value input : graph.inputs()) {
      require(
          produced.contains(input),
          input.producer(),
          "an input of the graph is not among its nodes");
    }
    graph
        .outputs()
        .forEach(
            (name, value) ->
                require(
                    produced.contains(value),
                    value.producer(),
                    "output '" + name + "' is not among the nodes of the graph"));
  }

  private void verify(Node node) {
    for (Value input : node.inputs()) {
      require(produced.contains(input), node, input + " is used before it is produced");
    }
    if (node.op() instanceof Op.Input input) {
      require(!input.name().isEmpty(), node, "an input has no name");
      require(names.add(input.name()), node, "input '" + input.name() + "' is there twice");
      require(graph.inputs().contains(node.output()), node, "an input is not declared");
    }
    for (Value output : node.outputs()) {
      require(output.dtype() != DType.STRING, node, "it holds texts, which engines do not see");
    }
    List<TensorType> in = new ArrayList<>();
    node.inputs().forEach(input -> in.add(input.type()));
    try {
      OpRules.check(node.op(), in);
      verifyTypes(node, in);
    } catch (InputException e) {
      throw illegal(node, e.getMessage(), e);
    }
  }

  private static void verifyTypes(Node node, List<TensorType> in) {
    List<TensorType> inferred = node.op().infer(in);
    require(
        inferred.size() == node.outputs().size(),
        node,
        "it has " + node.outputs().size() + " outputs instead of " + inferred.size());
    for (Value output : node.outputs()) {
      TensorType type = inferred.get(output.index());
      require(
          type.equals(output.type()),
          node,
          "it is said to give " + output.type() + ", it gives " + type);
    }
  }

  private static void require(boolean holds, Node node, String rule) {
    if (!holds) {
      throw illegal(node, rule, null);
    }
  }

  private static IllegalStateException illegal(Node node, String rule, Throwable cause) {
    return new IllegalStateException("illegal graph at " + node + ": " + rule, cause);
  }
}
