package dev.keraunos.engine.internal.reference;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.Accelerator;
import dev.keraunos.engine.internal.ByTypes;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Runs a graph node by node, on the reference kernels or what an engine has in their place. It owns
 * no memory between runs.
 */
public final class ReferenceExecutable implements Executable {
  private final String engine;
  private final Graph graph;
  private final Workers workers;
  private final ByTypes<Plan> plans;
  private volatile Plan latest;
  private volatile boolean closed;

  ReferenceExecutable(Graph graph, int threads) {
    this(Engines.PLAIN_JAVA, graph, threads, Accelerator.NONE);
  }

  /**
   * Prepares a graph.
   *
   * @param engine the name of the engine to which the accelerator belongs
   * @param threads how many threads the reference kernels may use
   */
  public ReferenceExecutable(String engine, Graph graph, int threads, Accelerator accelerator) {
    this.engine = engine;
    this.graph = graph;
    this.workers = new Workers(threads);
    this.plans = new ByTypes<>(types -> plan(types, accelerator));
  }

  private Plan plan(List<TensorType> inputs, Accelerator accelerator) {
    graph.requireInputs(inputs);
    return new Plan(graph, inputs, accelerator);
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public List<Tensor> run(List<Tensor> inputs) {
    Plan plan = plan(inputs);
    List<Tensor> outputs = plan.allocateOutputs();
    plan.run(inputs, outputs, workers);
    return outputs;
  }

  @Override
  public void run(List<Tensor> inputs, List<Tensor> outputs) {
    Plan plan = plan(inputs);
    List<TensorType> given = TensorType.of(outputs);
    if (!given.equals(plan.outputTypes())) {
      throw new InputException(
          "the graph gives " + plan.outputTypes() + ", the tensors for it are " + given);
    }
    plan.run(inputs, outputs, workers);
  }

  private Plan plan(List<Tensor> inputs) {
    if (closed) {
      throw new IllegalStateException("this executable is closed");
    }
    Plan plan = plans.of(TensorType.of(inputs));
    latest = plan;
    return plan;
  }

  /** That of the latest run; all in plain Java before the first. */
  @Override
  public Map<Node, String> placement() {
    Plan plan = latest;
    return graph.nodes().stream()
        .collect(
            Collectors.toMap(
                Function.identity(),
                node -> plan != null && plan.isAccelerated(node) ? engine : Engines.PLAIN_JAVA));
  }

  @Override
  public void close() {
    closed = true;
  }
}
