package dev.keraunos.engine.ort.internal;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.onnx.internal.lowering.ModelFile;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A graph in sessions of ONNX Runtime, and on the reference engine what it lacks. */
final class OrtExecutable implements Executable {
  /** A part that is ready to run. */
  private record Ready(UnaryOperator<List<Tensor>> run, Runnable close) {}

  private final Graph graph;
  private final Set<Node> elsewhere;
  private final List<Parts.Part> parts;
  private final List<Ready> ready = new ArrayList<>();

  /**
   * Prepares a graph.
   *
   * @param elsewhere the nodes that run on the reference engine
   */
  OrtExecutable(Graph graph, int threads, Set<Node> elsewhere) {
    this.graph = graph;
    this.elsewhere = Set.copyOf(elsewhere);
    this.parts = Parts.of(graph, elsewhere);
    try {
      parts.forEach(part -> ready.add(ready(part, threads)));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Ready ready(Parts.Part part, int threads) {
    if (part.elsewhere()) {
      Executable reference = Engines.named(Engines.PLAIN_JAVA).compile(part.graph(), threads);
      return new Ready(reference::run, reference::close);
    }
    OrtSession session = OrtSession.open(ModelFile.bytes(part.graph()), threads);
    return new Ready(session::run, session::close);
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public List<Tensor> run(List<Tensor> inputs) {
    List<TensorType> types = TensorType.of(inputs);
    graph.requireInputs(types);
    graph.infer(types); // says which layer the shapes do not fit
    if (inputs.stream().anyMatch(input -> input.size() == 0)) {
      return runOnReference(inputs);
    }
    Map<Value, Tensor> known = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      known.put(graph.inputs().get(i), inputs.get(i));
    }
    Map<Value, Tensor> computed = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      List<Tensor> results =
          ready.get(i).run().apply(parts.get(i).takes().stream().map(known::get).toList());
      List<Value> gives = parts.get(i).gives();
      for (int j = 0; j < gives.size(); j++) {
        computed.put(gives.get(j), results.get(j));
        known.put(gives.get(j), results.get(j));
      }
    }
    return outputs(known, computed);
  }

  /** ONNX Runtime ends the process where a recurrence has no samples. */
  private List<Tensor> runOnReference(List<Tensor> inputs) {
    try (Executable reference = Engines.named(Engines.PLAIN_JAVA).compile(graph, 1)) {
      return reference.run(inputs);
    }
  }

  /** The results, of which the caller gets each once; what was computed on the way is freed. */
  private List<Tensor> outputs(Map<Value, Tensor> known, Map<Value, Tensor> computed) {
    List<Tensor> outputs = new ArrayList<>();
    for (Value value : graph.outputs().values()) {
      Tensor own = computed.remove(value);
      if (own == null) {
        Tensor shared =
            value.producer().op() instanceof Op.Constant constant
                ? constant.value()
                : known.get(value);
        own = shared.cast(shared.dtype());
      }
      outputs.add(own);
    }
    computed.values().forEach(Tensor::close);
    return outputs;
  }

  @Override
  public void run(List<Tensor> inputs, List<Tensor> outputs) {
    List<Tensor> results = run(inputs);
    if (!TensorType.of(results).equals(TensorType.of(outputs))) {
      throw new InputException(
          "the outputs are " + TensorType.of(results) + ", given are " + TensorType.of(outputs));
    }
    for (int i = 0; i < outputs.size(); i++) {
      outputs.get(i).copyFrom(0, results.get(i), 0, results.get(i).size());
      results.get(i).close();
    }
  }

  @Override
  public Map<Node, String> placement() {
    Map<Node, String> placement = new HashMap<>();
    for (Node node : graph.nodes()) {
      placement.put(node, elsewhere.contains(node) ? Engines.PLAIN_JAVA : "ort");
    }
    return placement;
  }

  @Override
  public void close() {
    ready.forEach(part -> part.close().run());
  }
}
