package dev.keraunos.importer.internal.topology;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The calls of a model in the order in which Keras runs them, where that matters: those furthest
 * from the outputs first, as {@code map_graph} of Keras 3 and {@code _map_graph_network} of
 * tf.keras have it.
 */
public final class RunOrder {
  private final Map<String, Call> calls = new HashMap<>();
  private final Set<Call> visited = new HashSet<>();
  private final List<Call> finished = new ArrayList<>();

  private RunOrder(ModelTopology topology) {
    topology.calls().forEach(call -> calls.put(key(call.layer().name(), call.index()), call));
    topology.outputs().forEach(this::visit);
  }

  /** All calls, those that no output depends on behind the others. */
  public static List<Call> of(ModelTopology topology) {
    Map<Call, Integer> depths = new RunOrder(topology).depths();
    List<Call> ordered = new ArrayList<>(depths.keySet());
    ordered.sort(Comparator.comparing(depths::get, Comparator.reverseOrder()));
    topology.calls().stream().filter(call -> !depths.containsKey(call)).forEach(ordered::add);
    return ordered;
  }

  /** The calls that some output depends on; what is left serves the loss or a metric alone. */
  public static Set<Call> needed(ModelTopology topology) {
    return new RunOrder(topology).visited;
  }

  private static String key(String layer, int index) {
    return index + " " + layer;
  }

  private Call producer(TensorRef ref) {
    return calls.get(key(ref.layer(), ref.call()));
  }

  /** Finishes the call that gives a tensor after those that it depends on, in their order. */
  private void visit(TensorRef output) {
    Deque<Call> path = new ArrayDeque<>();
    enter(output, path);
    while (!path.isEmpty()) {
      Call call = path.peek();
      boolean deeper = false;
      for (TensorRef ref : call.tensors()) {
        if (enter(ref, path)) {
          deeper = true;
          break;
        }
      }
      if (!deeper) {
        finished.add(path.pop());
      }
    }
  }

  private boolean enter(TensorRef ref, Deque<Call> path) {
    Call call = producer(ref);
    if (call == null || !visited.add(call)) {
      return false;
    }
    path.push(call);
    return true;
  }

  /**
   * How far from the outputs each call is; calls of one layer are at least as far as each other.
   */
  private Map<Call, Integer> depths() {
    Map<Call, Integer> depths = new LinkedHashMap<>();
    Map<String, Integer> layers = new HashMap<>();
    for (int i = finished.size() - 1; i >= 0; i--) {
      Call call = finished.get(i);
      int depth =
          Math.max(depths.getOrDefault(call, 0), layers.getOrDefault(call.layer().name(), 0));
      depths.put(call, depth);
      layers.put(call.layer().name(), depth);
      for (TensorRef ref : call.tensors()) {
        Call before = producer(ref);
        if (before != null) {
          depths.merge(before, depth + 1, Math::max);
        }
      }
    }
    return depths;
  }
}
