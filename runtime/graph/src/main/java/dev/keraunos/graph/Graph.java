package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Nodes in an order in which every value is produced before it is used. Immutable. */
public final class Graph {
  private final List<Node> nodes;
  private final List<Value> inputs;
  private final Map<String, Value> outputs;

  /** For graphs that the builder would refuse; see the tests of {@link Verifier}. */
  Graph(List<Node> nodes, List<Value> inputs, Map<String, Value> outputs) {
    this.nodes = List.copyOf(nodes);
    this.inputs = List.copyOf(inputs);
    this.outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  static Graph of(List<Node> all, Map<String, Value> outputs) {
    Set<Node> needed = new HashSet<>();
    outputs.values().forEach(output -> needed.add(output.producer()));
    List<Node> kept = new ArrayList<>();
    List<Value> inputs = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      Node node = all.get(i);
      boolean input = node.op() instanceof Op.Input;
      if (needed.contains(node) || input) {
        node.inputs().forEach(value -> needed.add(value.producer()));
        kept.add(node);
        if (input) {
          inputs.add(node.output());
        }
      }
    }
    Collections.reverse(kept);
    Collections.reverse(inputs);
    return new Graph(kept, inputs, outputs);
  }

  /** All applications of operations, each behind those that it needs. */
  public List<Node> nodes() {
    return nodes;
  }

  /** The inputs in order of declaration. */
  public List<Value> inputs() {
    return inputs;
  }

  /** The names of the inputs in order of declaration. */
  public List<String> inputNames() {
    List<String> names = new ArrayList<>();
    inputs.forEach(input -> names.add(((Op.Input) input.producer().op()).name()));
    return names;
  }

  /** The outputs by name, in order. */
  public Map<String, Value> outputs() {
    return outputs;
  }

  /**
   * A graph of other outputs over the same inputs.
   *
   * @param selected values of the builder this graph came from, by the name they get
   */
  public Graph select(Map<String, Value> selected) {
    return selected.values().iterator().next().producer().builder().build(selected);
  }

  /**
   * The types of the outputs for given types of the inputs.
   *
   * @throws InputException if an input does not fit
   */
  public List<TensorType> infer(List<TensorType> given) {
    Map<Value, TensorType> types = types(given);
    return outputs.values().stream().map(types::get).toList();
  }

  /**
   * The types of all values for given types of the inputs.
   *
   * @throws InputException if an input does not fit, naming the layer
   */
  public Map<Value, TensorType> types(List<TensorType> given) {
    Map<Value, TensorType> types = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      types.put(inputs.get(i), given.get(i));
    }
    for (Node node : nodes) {
      if (!(node.op() instanceof Op.Input)) {
        List<TensorType> out = node.infer(node.inputs().stream().map(types::get).toList());
        node.outputs().forEach(output -> types.put(output, out.get(output.index())));
      }
    }
    return types;
  }

  /**
   * Checks that tensors of these types can be fed.
   *
   * @throws InputException naming the input, what it takes and what was given
   */
  public void requireInputs(List<TensorType> given) {
    List<String> names = inputNames();
    if (given.size() != names.size()) {
      throw new InputException(
          "the graph takes the inputs " + names + ", given are " + given.size());
    }
    for (int i = 0; i < names.size(); i++) {
      TensorType wanted = inputs.get(i).type();
      if (wanted.dtype() != given.get(i).dtype() || !wanted.shape().accepts(given.get(i).shape())) {
        throw new InputException(
            "input '" + names.get(i) + "' takes " + wanted + ", given is " + given.get(i));
      }
    }
  }

  /**
   * Checks that an engine can run this graph and the bodies of its recurrences.
   *
   * @throws IllegalStateException naming the node and the rule it breaks
   */
  public void verify() {
    Verifier.verify(this);
  }

  /** One node a line, for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Node node : nodes) {
      text.append(node).append(" <- ");
      node.inputs().forEach(in -> text.append('%').append(in.producer().id()).append(' '));
      node.outputs().forEach(out -> text.append(": ").append(out.type()));
      text.append('\n');
    }
    outputs.forEach((name, value) -> text.append(name).append(" = ").append(value).append('\n'));
    return text.toString();
  }
}
