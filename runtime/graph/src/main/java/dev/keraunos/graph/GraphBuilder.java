package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Appends nodes and builds a graph of those that its outputs need. Not thread-safe. */
public final class GraphBuilder {
  private final List<Node> nodes = new ArrayList<>();
  private String path = "";

  /** Sets the layer path that nodes appended from now on carry; gives the one before. */
  public String path(String next) {
    String before = path;
    path = next;
    return before;
  }

  /** A named input of the graph. */
  public Value input(String name, TensorType type) {
    return apply(new Op.Input(name, type)).get(0);
  }

  /** A tensor known beforehand. */
  public Value constant(Tensor tensor) {
    return apply(new Op.Constant(tensor)).get(0);
  }

  /** Appends a node. */
  public List<Value> apply(Op op, Value... inputs) {
    return apply(op, List.of(inputs));
  }

  /**
   * Appends a node.
   *
   * @throws InputException if the operation does not take such inputs
   */
  public List<Value> apply(Op op, List<Value> inputs) {
    List<TensorType> types = new ArrayList<>();
    if (!takesTexts(op)) {
      inputs.forEach(input -> refuseTexts(input.type()));
    }
    for (Value input : inputs) {
      if (input.producer().builder() != this) {
        throw new IllegalArgumentException(input + " belongs to another graph");
      }
      types.add(input.type());
    }
    List<TensorType> results = infer(op, types);
    if (!takesTexts(op)) {
      results.forEach(this::refuseTexts);
    }
    Node node = new Node(this, nodes.size(), path, op, inputs, results);
    nodes.add(node);
    return node.outputs();
  }

  private List<TensorType> infer(Op op, List<TensorType> types) {
    try {
      OpRules.check(op, types);
      return op.infer(types);
    } catch (InputException e) {
      throw path.isEmpty() ? e : new InputException(path + ": " + e.getMessage());
    }
  }

  private static boolean takesTexts(Op op) {
    return op instanceof Op.Input || op instanceof Op.Call;
  }

  private void refuseTexts(TensorType type) {
    if (type.dtype() == DType.STRING) {
      throw new InputException(
          (path.isEmpty() ? "" : path + ": ")
              + "texts where numbers belong; allowed: numbers, which StringLookup,"
              + " TextVectorization and Hashing make of texts");
    }
  }

  /** The graph of everything that the named outputs need, and of all inputs declared. */
  public Graph build(Map<String, Value> outputs) {
    return Graph.of(nodes, outputs);
  }
}
