package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpCases.Case;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        OpTolerance.of(recorded.op(), recorded.inputs())
            .check(recorded.outputs().get(i), results.get(i), recorded + ", output " + i);
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
    graph.verify();
    try (Executable executable = new ReferenceEngine().compile(graph, threads)) {
      return executable.run(recorded.inputs());
    }
  }

  /** As {@code keras.ops.reshape} of {@code numpy.zeros} in Keras 3.15.1 on TensorFlow 2.21. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0,3; 0,-1; 0,3",
        "2,0,5; 0,-1; 0,10",
        "0,4,6; -1,0,3; 8,0,3",
        "0,3; -1,3; 0,3",
        "0,4; 0,-1,3; 0,1,3",
        "2,0; 2,-1; 2,0"
      })
  void emptyTensorsAreReshaped(String from, String to, String expected) {
    Op reshape = new Op.Reshape(Dim.of(dims(to)));
    Tensor x = Tensor.zeros(DType.FLOAT32, dims(from));
    Case recorded = new Case(from, reshape, List.of(x), List.of());
    assertEquals(Shape.of(dims(expected)), run(recorded, 1).get(0).shape());
  }

  private static long[] dims(String text) {
    return Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
  }

  /** Refused by the same Keras. */
  @Test
  void whatHasElementsIsNotReshapedToNone() {
    Tensor x = Tensor.zeros(DType.FLOAT32, 2, 3);
    Case recorded = new Case("", new Op.Reshape(Dim.of(0, -1)), List.of(x), List.of());
    assertThrows(InputException.class, () -> run(recorded, 1));
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
    assertTrue(Engines.named(Engines.PLAIN_JAVA) instanceof ReferenceEngine);
  }
}
