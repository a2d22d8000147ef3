package dev.keraunos.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.OpCases.Case;
import dev.keraunos.engine.reference.ReferenceEngine;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.Verifier;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceEngineTest {
  /** Operations recorded in another form than cases of their own. */
  private static final Set<String> ELSEWHERE = Set.of("Input", "Constant", "Scan", "Call");

  static List<Case> cases() {
    return OpCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computesWhatKerasComputes(Case recorded) {
    for (int threads : new int[] {1, 3}) {
      List<Tensor> results = run(recorded, threads);
      for (int i = 0; i < results.size(); i++) {
        Optional<String> difference =
            Level.of(recorded.op()).difference(recorded.outputs().get(i), results.get(i));
        assertEquals(Optional.empty(), difference, recorded + ", output " + i);
      }
    }
  }

  private static List<Tensor> run(Case recorded, int threads) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (Tensor input : recorded.inputs()) {
      inputs.add(builder.input("in" + inputs.size(), TensorType.of(input)));
    }
    Map<String, Value> outputs = new LinkedHashMap<>();
    for (Value output : builder.apply(recorded.op(), inputs)) {
      outputs.put("out" + outputs.size(), output);
    }
    Graph graph = builder.build(outputs);
    Verifier.verify(graph);
    try (Executable executable = new ReferenceEngine().compile(graph, threads)) {
      return executable.run(recorded.inputs());
    }
  }

  @Test
  void everyOperationIsRecorded() {
    Set<String> recorded =
        cases().stream().map(c -> c.op().getClass().getSimpleName()).collect(Collectors.toSet());
    recorded.addAll(ELSEWHERE);
    Set<String> all =
        Arrays.stream(Op.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .collect(Collectors.toCollection(HashSet::new));
    assertEquals(all, recorded);
  }

  @Test
  void isFoundAsAService() {
    assertTrue(Engines.named(ReferenceEngine.NAME) instanceof ReferenceEngine);
  }
}
