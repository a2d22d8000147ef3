package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.StepTime;
import dev.keraunos.engine.onednn.internal.library.Natives;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What to run for inputs of certain shapes: steps in order, over one block of scratch memory.
 * Immutable; it owns its primitives.
 */
public final class Plan implements AutoCloseable {
  private final List<Step> steps;
  private final long scratchBytes;
  private final List<TensorType> outputs;
  private final Natives natives;

  Plan(List<Step> steps, long scratchBytes, List<TensorType> outputs, Natives natives) {
    this.steps = List.copyOf(steps);
    this.scratchBytes = scratchBytes;
    this.outputs = outputs;
    this.natives = natives;
  }

  public List<Step> steps() {
    return steps;
  }

  public long scratchBytes() {
    return scratchBytes;
  }

  /** How many threads can take part in a step. */
  public int mostTiles() {
    return steps.stream().mapToInt(Step::tiles).max().orElse(1);
  }

  List<TensorType> outputs() {
    return outputs;
  }

  /**
   * Which engine computes which node; constants and reshapes take no computation.
   *
   * @param engine the name of the one that runs plans
   */
  public Map<Node, String> placement(Graph graph, String engine) {
    Map<Node, String> placement = new HashMap<>();
    graph.nodes().forEach(node -> placement.put(node, engine));
    for (Step step : steps) {
      if (step instanceof Step.Reference) {
        step.nodes().forEach(node -> placement.put(node, Engines.PLAIN_JAVA));
      }
    }
    return placement;
  }

  /**
   * What its steps took.
   *
   * @param inputs the types of the inputs that the plan is for
   * @param seconds by the number of a step
   */
  public List<StepTime> times(Graph graph, List<TensorType> inputs, IntToDoubleFunction seconds) {
    Map<Value, TensorType> types = graph.types(inputs);
    Shape first = inputs.isEmpty() ? Shape.scalar() : inputs.get(0).shape();
    long samples = first.rank() == 0 ? 1 : first.dim(0);
    Set<Node> counted = new HashSet<>();
    List<StepTime> times = new ArrayList<>();
    for (int i = steps.size() - 1; i >= 0; i--) { // a node counts where it is finished
      List<Node> own = steps.get(i).nodes();
      double flops =
          own.stream().filter(counted::add).mapToDouble(node -> Work.flops(node, types)).sum();
      times.add(
          new StepTime(
              own.stream().map(Node::path).distinct().toList(),
              own.stream().map(node -> name(node.op())).collect(Collectors.joining("+")),
              own.isEmpty() ? Shape.of() : types.get(Work.last(own).outputs().get(0)).shape(),
              samples,
              implementation(steps.get(i)),
              steps.get(i).tiles(),
              seconds.applyAsDouble(i),
              flops,
              Work.bytes(own, types)));
    }
    Collections.reverse(times);
    return times;
  }

  private static String name(Op op) {
    if (op instanceof Op.Unary unary) {
      return unary.kind().name();
    } else if (op instanceof Op.Binary binary) {
      return binary.kind().name();
    }
    return op.getClass().getSimpleName();
  }

  private static String implementation(Step step) {
    return step instanceof Step.Native primitives
        ? Primitives.implementation(primitives.calls().get(0).primitive())
        : Engines.PLAIN_JAVA;
  }

  @Override
  public void close() {
    natives.close();
  }
}
