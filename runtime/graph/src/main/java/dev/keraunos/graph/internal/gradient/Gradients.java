package dev.keraunos.graph.internal.gradient;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reverse-mode differentiation. At points where a function has no derivative, the result is that of
 * TensorFlow: a maximum passes the gradient to its first operand on ties, the largest elements of a
 * reduction share it, {@code relu} has slope 0 at 0 and {@code clip} slope 1 at its limits.
 */
public final class Gradients {
  private final GraphBuilder builder;
  private final Map<Value, Value> gradients = new HashMap<>();

  private Gradients(GraphBuilder builder) {
    this.builder = builder;
  }

  /**
   * Appends the derivative of the sum of a value's elements.
   *
   * @param builder the builder of both values
   * @param scores what to differentiate; floating point
   * @param by what to differentiate by; floating point
   * @return a value of the type of {@code by}, zero if the scores do not depend on it
   * @throws KeraunosException if an operation in between has no derivative here, naming it
   */
  public static Value of(GraphBuilder builder, Value scores, Value by) {
    return of(builder, scores, Ops.onesLike(scores), by);
  }

  /**
   * Appends the derivative of the weighted sum of a value's elements. The elements themselves are
   * not computed for it where what is in between is linear.
   *
   * @param weights what each element counts; of the type of the scores
   */
  public static Value of(GraphBuilder builder, Value scores, Value weights, Value by) {
    return new Gradients(builder).of(scores, weights, by);
  }

  private Value of(Value scores, Value weights, Value by) {
    gradients.put(scores, weights);
    for (Node node : between(scores, by)) {
      List<Value> outer = new ArrayList<>();
      node.outputs().forEach(output -> outer.add(gradients.get(output)));
      if (outer.stream().anyMatch(gradient -> gradient != null)) {
        propagate(node, outer);
      }
    }
    Value gradient = gradients.get(by);
    return gradient == null ? Ops.zerosLike(by) : gradient;
  }

  private void propagate(Node node, List<Value> outer) {
    GradientRules.Rule<Op> rule = GradientRules.of(node.op());
    if (rule == null) {
      throw new KeraunosException("there is no derivative of " + node);
    }
    List<Value> inner = rule.apply(node.op(), new Step(builder, node, outer));
    for (int i = 0; i < inner.size(); i++) {
      Value input = node.inputs().get(i);
      if (inner.get(i) != null && input.dtype().isFloating()) {
        gradients.merge(input, Shapes.reduceTo(inner.get(i), input), Ops::add);
      }
    }
  }

  /** The nodes by which a value depends on another, the last first. */
  private static List<Node> between(Value from, Value by) {
    List<Node> ancestors = new ArrayList<>();
    Set<Node> seen = new HashSet<>(List.of(from.producer()));
    for (List<Node> next = List.of(from.producer()); !next.isEmpty(); ) {
      ancestors.addAll(next);
      List<Node> before = new ArrayList<>();
      for (Node node : next) {
        node.inputs().stream().map(Value::producer).filter(seen::add).forEach(before::add);
      }
      next = before;
    }
    ancestors.sort(Comparator.comparingInt(Node::id));
    Set<Value> depending = new HashSet<>(List.of(by));
    List<Node> nodes = new ArrayList<>();
    for (Node node : ancestors) {
      if (node.inputs().stream().anyMatch(depending::contains)) {
        depending.addAll(node.outputs());
        nodes.add(0, node);
      }
    }
    return nodes;
  }
}
