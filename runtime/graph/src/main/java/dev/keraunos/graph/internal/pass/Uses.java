package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Value;
import java.util.HashMap;
import java.util.Map;

/** How often the values of a graph are used, by nodes and as outputs. */
final class Uses {
  private final Map<Value, Integer> counts = new HashMap<>();

  Uses(Graph graph) {
    graph.nodes().forEach(node -> node.inputs().forEach(this::add));
    graph.outputs().values().forEach(this::add);
  }

  private void add(Value value) {
    counts.merge(value, 1, Integer::sum);
  }

  boolean isSingle(Value value) {
    return counts.getOrDefault(value, 0) == 1;
  }
}
