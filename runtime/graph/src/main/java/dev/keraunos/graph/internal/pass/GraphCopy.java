package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies the nodes of a graph into a builder, giving a rule the chance to write something else for
 * each.
 */
public final class GraphCopy {
  /** What to write in place of a node. */
  public interface Rule {
    /**
     * The values that stand for the node's outputs, or null to copy the node.
     *
     * @param node a node of the graph being copied
     * @param inputs what stands for its inputs in the new graph
     * @param builder where to append
     */
    List<Value> rewrite(Node node, List<Value> inputs, GraphBuilder builder);
  }

  private final Graph graph;
  private final GraphBuilder builder;
  private final Map<Value, Value> copies = new HashMap<>();

  /** A copy in which the given values stand for the graph's inputs. */
  public GraphCopy(Graph graph, GraphBuilder builder, List<Value> inputs) {
    this.graph = graph;
    this.builder = builder;
    for (int i = 0; i < inputs.size(); i++) {
      copies.put(graph.inputs().get(i), inputs.get(i));
    }
  }

  /** A new graph with the same inputs and outputs, rewritten by a rule. */
  public static Graph rewrite(Graph graph, Rule rule) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (Value input : graph.inputs()) {
      builder.path(input.producer().path());
      inputs.add(builder.apply(input.producer().op()).get(0));
    }
    List<Value> outputs = new GraphCopy(graph, builder, inputs).run(rule);
    Map<String, Value> named = new LinkedHashMap<>();
    for (String name : graph.outputs().keySet()) {
      named.put(name, outputs.get(named.size()));
    }
    return builder.build(named);
  }

  /** What stands for a value of the graph, once its producer has been copied. */
  public Value copyOf(Value original) {
    return copies.get(original);
  }

  /** Copies all nodes; gives what stands for the graph's outputs. */
  public List<Value> run(Rule rule) {
    String before = builder.path("");
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Input) {
        continue;
      }
      List<Value> inputs = new ArrayList<>();
      node.inputs().forEach(input -> inputs.add(copies.get(input)));
      builder.path(node.path());
      List<Value> written = rule.rewrite(node, inputs, builder);
      List<Value> outputs = written != null ? written : builder.apply(node.op(), inputs);
      for (int i = 0; i < outputs.size(); i++) {
        copies.put(node.outputs().get(i), outputs.get(i));
      }
    }
    builder.path(before);
    List<Value> results = new ArrayList<>();
    graph.outputs().values().forEach(output -> results.add(copies.get(output)));
    return results;
  }
}
