package dev.keraunos.nd4j;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Graphs of one operation. */
final class Graphs {
  private Graphs() {}

  static Graph of(Op op, List<Tensor> in) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> operands = new ArrayList<>();
    for (Tensor tensor : in) {
      operands.add(builder.input("in" + operands.size(), TensorType.of(tensor)));
    }
    Map<String, Value> outputs = new LinkedHashMap<>();
    for (Value output : builder.apply(op, operands)) {
      outputs.put("out" + outputs.size(), output);
    }
    return builder.build(outputs);
  }
}
