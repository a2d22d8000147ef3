package dev.keraunos.engine.ort.internal;

import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph in a session of ONNX Runtime. */
record OrtExecutable(Graph graph, OrtSession session) implements Executable {
  @Override
  public List<Tensor> run(List<Tensor> inputs) {
    List<TensorType> types = TensorType.of(inputs);
    graph.requireInputs(types);
    graph.infer(types); // says which layer the shapes do not fit
    return session.run(inputs);
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
    graph.nodes().forEach(node -> placement.put(node, "ort"));
    return placement;
  }

  @Override
  public void close() {
    session.close();
  }
}
