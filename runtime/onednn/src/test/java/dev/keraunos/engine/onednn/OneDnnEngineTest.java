package dev.keraunos.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.onednn.internal.OneDnnEngine;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpCases;
import dev.keraunos.testing.OpCases.Case;
import dev.keraunos.testing.OpTolerance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OneDnnEngineTest {
  static List<Case> cases() {
    return OpCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computesWhatKerasComputes(Case recorded) {
    check(recorded, recorded.inputs().size());
  }

  /** Weights come as constants, which the engine packs. */
  @ParameterizedTest
  @MethodSource("cases")
  void computesWhatKerasComputesWithConstants(Case recorded) {
    check(recorded, 1);
  }

  private static void check(Case recorded, int inputs) {
    List<Tensor> given = recorded.inputs().subList(0, Math.min(inputs, recorded.inputs().size()));
    try (Executable executable = new OneDnnEngine().compile(graph(recorded, given.size()), 2)) {
      List<Tensor> results = executable.run(given);
      for (int i = 0; i < results.size(); i++) {
        OpTolerance.of(recorded.op(), recorded.inputs())
            .check(recorded.outputs().get(i), results.get(i), recorded + ", output " + i);
      }
    }
  }

  private static Graph graph(Case recorded, int inputs) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> operands = new ArrayList<>();
    for (Tensor tensor : recorded.inputs()) {
      operands.add(
          operands.size() < inputs
              ? builder.input("in" + operands.size(), TensorType.of(tensor))
              : builder.constant(tensor));
    }
    Map<String, Value> outputs = new LinkedHashMap<>();
    for (Value output : builder.apply(recorded.op(), operands)) {
      outputs.put("out" + outputs.size(), output);
    }
    return builder.build(outputs);
  }

  @Test
  void describesTheLibrary() {
    assertTrue(new OneDnnEngine().description().startsWith("oneDNN "));
  }

  @Test
  void isFoundAsAService() {
    assertTrue(Engines.named("onednn") instanceof OneDnnEngine);
  }
}
