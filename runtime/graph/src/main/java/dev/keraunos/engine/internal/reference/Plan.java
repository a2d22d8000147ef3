package dev.keraunos.engine.internal.reference;

import dev.keraunos.engine.internal.Accelerator;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph specialised to the shapes of its inputs: the types of all values, and when each is used
 * last. Immutable.
 */
final class Plan {
  private final Graph graph;
  private final List<Value> outputs;
  private final Map<Value, TensorType> types = new HashMap<>();

  /** For values that share the memory of another: that other value. */
  private final Map<Value, Value> owners = new HashMap<>();

  private final Map<Node, List<Value>> lastUses = new HashMap<>();

  /** Of the nodes that no reference kernel computes. */
  private final Map<Node, Accelerator.Computation> accelerated = new HashMap<>();

  Plan(Graph graph, List<TensorType> inputs) {
    this(graph, inputs, Accelerator.NONE);
  }

  Plan(Graph graph, List<TensorType> inputs, Accelerator accelerator) {
    this.graph = graph;
    this.outputs = new ArrayList<>(graph.outputs().values());
    for (int i = 0; i < inputs.size(); i++) {
      types.put(graph.inputs().get(i), inputs.get(i));
    }
    for (Node node : graph.nodes()) {
      if (!(node.op() instanceof Op.Input)) {
        List<TensorType> in = new ArrayList<>();
        node.inputs().forEach(input -> in.add(types.get(input)));
        List<TensorType> inferred = node.infer(in);
        node.outputs().forEach(output -> types.put(output, inferred.get(output.index())));
        accelerator
            .computation(node.op(), in, inferred)
            .ifPresent(computation -> accelerated.put(node, computation));
      }
      if (node.op() instanceof Op.Reshape && !outputs.contains(node.output())) {
        owners.put(node.output(), owner(node.inputs().get(0)));
      }
    }
    findLastUses();
  }

  boolean isAccelerated(Node node) {
    return accelerated.containsKey(node);
  }

  private interface Action<T> {
    T run();
  }

  private static <T> T at(Node node, Action<T> action) {
    try {
      return action.run();
    } catch (InputException e) {
      throw node.path().isEmpty() ? e : new InputException(node.path() + ": " + e.getMessage());
    }
  }

  private Value owner(Value value) {
    return owners.getOrDefault(value, value);
  }

  private void findLastUses() {
    Map<Value, Node> last = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (!(node.op() instanceof Op.Input || node.op() instanceof Op.Constant)) {
        node.outputs().forEach(output -> last.put(owner(output), node));
        node.inputs().forEach(input -> last.put(owner(input), node));
      }
    }
    last.forEach(
        (value, node) -> {
          boolean source =
              value.producer().op() instanceof Op.Input
                  || value.producer().op() instanceof Op.Constant;
          if (!source && !outputs.contains(value)) {
            lastUses.computeIfAbsent(node, key -> new ArrayList<>()).add(value);
          }
        });
  }

  List<Tensor> allocateOutputs() {
    List<Tensor> tensors = new ArrayList<>();
    outputs.forEach(output -> tensors.add(allocate(output)));
    return tensors;
  }

  private Tensor allocate(Value value) {
    return Tensor.allocate(types.get(value).dtype(), types.get(value).shape());
  }

  List<TensorType> outputTypes() {
    List<TensorType> all = new ArrayList<>();
    outputs.forEach(output -> all.add(types.get(output)));
    return all;
  }

  /** Runs the graph; the inputs and outputs must have the types of this plan. */
  void run(List<Tensor> given, List<Tensor> results, Workers workers) {
    Map<Value, Tensor> tensors = new HashMap<>();
    for (int i = 0; i < given.size(); i++) {
      tensors.put(graph.inputs().get(i), given.get(i));
    }
    try {
      for (Node node : graph.nodes()) {
        run(node, tensors, results, workers);
        lastUses.getOrDefault(node, List.of()).forEach(value -> tensors.remove(value).close());
      }
      for (int i = 0; i < results.size(); i++) {
        Tensor computed = tensors.get(outputs.get(i));
        if (computed != results.get(i)) {
          results.get(i).copyFrom(0, computed, 0, computed.size());
        }
      }
    } finally {
      lastUses.values().forEach(values -> values.forEach(value -> closeIfOpen(tensors.get(value))));
    }
  }

  private static void closeIfOpen(Tensor tensor) {
    if (tensor != null) {
      tensor.close();
    }
  }

  private void run(Node node, Map<Value, Tensor> tensors, List<Tensor> results, Workers workers) {
    if (node.op() instanceof Op.Input) {
      return;
    }
    if (node.op() instanceof Op.Constant) {
      tensors.put(node.output(), ((Op.Constant) node.op()).value());
      return;
    }
    List<Tensor> in = new ArrayList<>();
    node.inputs().forEach(input -> in.add(tensors.get(input)));
    if (owners.containsKey(node.outputs().get(0))) {
      tensors.put(node.output(), in.get(0).reshape(types.get(node.output()).shape()));
      return;
    }
    List<Tensor> out = new ArrayList<>();
    for (Value output : node.outputs()) {
      int position = outputs.indexOf(output);
      Tensor target = position >= 0 ? results.get(position) : allocate(output);
      tensors.put(output, target);
      out.add(target);
    }
    at(
        node,
        () -> {
          Accelerator.Computation computation = accelerated.get(node);
          if (computation != null) {
            computation.run(in, out);
          } else {
            ReferenceKernels.run(node.op(), in, out, workers);
          }
          return null;
        });
  }
}
