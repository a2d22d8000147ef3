package dev.keraunos.engine.internal.reference;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Runs a graph node by node. It owns no memory between runs. */
final class ReferenceExecutable implements Executable {
  private final Graph graph;
  private final Workers workers;
  private volatile boolean closed;

  ReferenceExecutable(Graph graph, Workers workers) {
    this.graph = graph;
    this.workers = workers;
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
    List<TensorType> given = TensorType.of(inputs);
    graph.requireInputs(given);
    return new Plan(graph, given);
  }

  @Override
  public Map<Node, String> placement() {
    return graph.nodes().stream()
        .collect(Collectors.toMap(Function.identity(), node -> Engines.PLAIN_JAVA));
  }

  @Override
  public void close() {
    closed = true;
  }
}
