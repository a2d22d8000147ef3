package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.onednn.internal.library.Natives;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  @Override
  public void close() {
    natives.close();
  }
}
