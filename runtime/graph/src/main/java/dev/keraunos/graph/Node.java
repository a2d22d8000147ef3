package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import java.util.ArrayList;
import java.util.List;

/** One application of an operation. */
public final class Node {
  private final GraphBuilder builder;
  private final int id;
  private final String path;
  private final Op op;
  private final List<Value> inputs;
  private final List<Value> outputs;

  Node(
      GraphBuilder builder,
      int id,
      String path,
      Op op,
      List<Value> inputs,
      List<TensorType> types) {
    this.builder = builder;
    this.id = id;
    this.path = path;
    this.op = op;
    this.inputs = List.copyOf(inputs);
    List<Value> values = new ArrayList<>();
    for (TensorType type : types) {
      values.add(new Value(this, values.size(), type));
    }
    this.outputs = List.copyOf(values);
  }

  /** Where it was appended; further nodes on its outputs go there too. */
  public GraphBuilder builder() {
    return builder;
  }

  /** The position in order of creation; inputs of a node have lower ids. */
  public int id() {
    return id;
  }

  /** The path in the model of the layer this node was lowered from, empty where there is none. */
  public String path() {
    return path;
  }

  /** What is computed. */
  public Op op() {
    return op;
  }

  /** What it is computed of. */
  public List<Value> inputs() {
    return inputs;
  }

  /** What comes out. */
  public List<Value> outputs() {
    return outputs;
  }

  /**
   * The types of the outputs for given types of the inputs.
   *
   * @throws InputException if an input does not fit, naming the path
   */
  public List<TensorType> infer(List<TensorType> types) {
    try {
      return op.infer(types);
    } catch (InputException e) {
      throw path.isEmpty() ? e : new InputException(path + ": " + e.getMessage(), e);
    }
  }

  /** The only output. */
  public Value output() {
    if (outputs.size() != 1) {
      throw new IllegalStateException(this + " has " + outputs.size() + " outputs");
    }
    return outputs.get(0);
  }

  @Override
  public String toString() {
    return "%"
        + id
        + " "
        + op.getClass().getSimpleName()
        + (path.isEmpty() ? "" : " (" + path + ")");
  }
}
