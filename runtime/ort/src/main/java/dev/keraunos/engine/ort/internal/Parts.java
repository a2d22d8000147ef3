package dev.keraunos.engine.ort.internal;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A graph cut into graphs that run one after the other, by turns on ONNX Runtime and elsewhere. */
final class Parts {
  /**
   * One of them.
   *
   * @param takes the values of the whole graph that are its inputs, in their order
   * @param gives those that are its outputs
   */
  record Part(boolean elsewhere, Graph graph, List<Value> takes, List<Value> gives) {}

  private final Graph graph;

  /** The number of the part by node: even ones run on ONNX Runtime. Sources have none. */
  private final Map<Node, Integer> numbers = new HashMap<>();

  private int last = -1;

  private Parts(Graph graph) {
    this.graph = graph;
  }

  static List<Part> of(Graph graph, Set<Node> elsewhere) {
    Parts parts = new Parts(graph);
    for (Node node : graph.nodes()) {
      if (!isSource(node)) {
        parts.number(node, elsewhere.contains(node) ? 1 : 0);
      }
    }
    List<Part> list = new ArrayList<>();
    for (int i = 0; i <= parts.last; i++) {
      if (parts.numbers.containsValue(i)) {
        list.add(parts.part(i));
      }
    }
    return list;
  }

  /** Inputs are given, and constants are copied where they are used. */
  private static boolean isSource(Node node) {
    return node.op() instanceof Op.Input || node.op() instanceof Op.Constant;
  }

  /** The first part of the right kind in which all inputs are there. */
  private void number(Node node, int kind) {
    int least = 0;
    for (Value input : node.inputs()) {
      least = Math.max(least, numbers.getOrDefault(input.producer(), 0));
    }
    int number = least % 2 == kind ? least : least + 1;
    numbers.put(node, number);
    last = Math.max(last, number);
  }

  private boolean isIn(int part, Value value) {
    return numbers.getOrDefault(value.producer(), -1) == part;
  }

  private Part part(int number) {
    GraphBuilder builder = new GraphBuilder();
    Map<Value, Value> copies = new HashMap<>();
    List<Value> takes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (numbers.getOrDefault(node, -1) != number) {
        continue;
      }
      builder.path(node.path());
      List<Value> inputs = new ArrayList<>();
      for (Value input : node.inputs()) {
        inputs.add(copies.computeIfAbsent(input, value -> taken(builder, value, takes)));
      }
      List<Value> outputs = builder.apply(node.op(), inputs);
      for (int i = 0; i < outputs.size(); i++) {
        copies.put(node.outputs().get(i), outputs.get(i));
      }
    }
    List<Value> gives = new ArrayList<>(given(number));
    Map<String, Value> named = new LinkedHashMap<>();
    gives.forEach(value -> named.put("value " + named.size(), copies.get(value)));
    return new Part(number % 2 == 1, builder.build(named), takes, gives);
  }

  private static Value taken(GraphBuilder builder, Value value, List<Value> takes) {
    if (value.producer().op() instanceof Op.Constant constant) {
      return builder.constant(constant.value());
    }
    takes.add(value);
    return builder.input("taken " + takes.size(), value.type());
  }

  /** What other parts and the caller want of a part. */
  private Set<Value> given(int number) {
    Set<Value> given = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      if (!isSource(node) && numbers.get(node) != number) {
        node.inputs().stream().filter(value -> isIn(number, value)).forEach(given::add);
      }
    }
    graph.outputs().values().stream().filter(value -> isIn(number, value)).forEach(given::add);
    return given;
  }
}
