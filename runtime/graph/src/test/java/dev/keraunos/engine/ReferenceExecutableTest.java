package dev.keraunos.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ReferenceExecutableTest {
  private static final int CALLERS = 16;

  private final GraphBuilder builder = new GraphBuilder();
  private final Value x =
      builder.input("x", new TensorType(DType.FLOAT32, Shape.of(Shape.UNKNOWN, 3)));

  private static Executable compile(Graph graph) {
    return new ReferenceEngine().compile(graph, 2);
  }

  private Graph graph(Value... values) {
    Map<String, Value> outputs = new LinkedHashMap<>();
    for (Value value : values) {
      outputs.put("out" + outputs.size(), value);
    }
    return builder.build(outputs);
  }

  @Test
  void everyResultBelongsToTheCaller() {
    Tensor constant = Tensor.of(new float[] {1, 2, 3});
    Value view = Ops.reshape(Ops.negative(x), -1);
    Value sum = Ops.add(Ops.reshape(view, -1, 3), builder.constant(constant));
    Graph graph = graph(x, builder.constant(constant), view, view, sum, Ops.reshape(x, -1));
    Tensor input = Tensor.of(new float[] {4, 5, 6}, 1, 3);
    try (Executable executable = compile(graph)) {
      List<Tensor> first = executable.run(List.of(input));
      for (Tensor result : first) {
        assertNotSame(input, result);
        result.close();
      }
      List<Tensor> second = executable.run(List.of(input));
      float[][] expected = {
        {4, 5, 6}, {1, 2, 3}, {-4, -5, -6}, {-4, -5, -6}, {-3, -3, -3}, {4, 5, 6}
      };
      for (int i = 0; i < expected.length; i++) {
        assertArrayEquals(expected[i], second.get(i).toFloatArray());
      }
    }
  }

  @Test
  void writesIntoTensorsOfTheCaller() {
    try (Executable executable = compile(graph(Ops.multiply(x, 2)))) {
      Tensor output = Tensor.zeros(DType.FLOAT32, 1, 3);
      executable.run(List.of(Tensor.of(new float[] {1, 2, 3}, 1, 3)), List.of(output));
      assertArrayEquals(new float[] {2, 4, 6}, output.toFloatArray());
      List<Tensor> input = List.of(Tensor.zeros(DType.FLOAT32, 2, 3));
      assertThrows(InputException.class, () -> executable.run(input, List.of(output)));
      assertThrows(InputException.class, () -> executable.run(input, List.of()));
    }
  }

  @Test
  void namesTheInputThatDoesNotFit() {
    try (Executable executable = compile(graph(Ops.exp(x)))) {
      for (List<Tensor> inputs :
          List.of(
              List.<Tensor>of(),
              List.of(Tensor.zeros(DType.FLOAT64, 1, 3)),
              List.of(Tensor.zeros(DType.FLOAT32, 1, 4)))) {
        InputException e = assertThrows(InputException.class, () -> executable.run(inputs));
        assertTrue(e.getMessage().contains("x"), e.getMessage());
      }
    }
  }

  @Test
  void saysWhereTheDataDoesNotFit() {
    builder.path("model/embedding");
    Value indices = Ops.cast(x, DType.INT32);
    Value rows = Ops.take(builder.constant(Tensor.zeros(DType.FLOAT32, 5, 2)), indices, 0);
    Value whole = Ops.floorDivide(indices, Ops.subtract(indices, 9));
    try (Executable executable = compile(graph(rows))) {
      executable.run(List.of(Tensor.of(new float[] {-5, 0, 4}, 1, 3)));
      for (float wrong : new float[] {5, -6}) {
        List<Tensor> inputs = List.of(Tensor.of(new float[] {0, wrong, 1}, 1, 3));
        InputException e = assertThrows(InputException.class, () -> executable.run(inputs));
        String message =
            "model/embedding: index " + (int) wrong + " is outside an axis of length 5";
        assertEquals(message, e.getMessage());
      }
    }
    try (Executable executable = compile(graph(whole))) {
      List<Tensor> inputs = List.of(Tensor.of(new float[] {1, 9, 1}, 1, 3));
      InputException e = assertThrows(InputException.class, () -> executable.run(inputs));
      assertEquals("model/embedding: integer division by zero", e.getMessage());
    }
  }

  @Test
  void refusesToRunOnceClosed() {
    Executable executable = compile(graph(Ops.exp(x)));
    executable.close();
    executable.close();
    List<Tensor> inputs = List.of(Tensor.zeros(DType.FLOAT32, 1, 3));
    assertThrows(IllegalStateException.class, () -> executable.run(inputs));
  }

  @Test
  void tellsWhatRanWhere() {
    try (Executable executable = compile(graph(Ops.exp(x)))) {
      assertEquals(executable.graph().nodes().size(), executable.placement().size());
      assertTrue(executable.placement().values().stream().allMatch("reference"::equals));
    }
  }

  @Test
  void everyCallerGetsTheResultOfACallAlone() throws Exception {
    Value y = Ops.matmul(Ops.softmax(x), builder.constant(Tensor.of(new float[12], 3, 4)));
    Graph graph = graph(Ops.add(Ops.mean(Ops.square(x), 1), Ops.sum(y, 1)));
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (Executable executable = compile(graph)) {
      List<Future<float[]>> results = new ArrayList<>();
      List<float[]> alone = new ArrayList<>();
      for (int i = 0; i < 20 * CALLERS; i++) {
        Tensor input = Tensor.zeros(DType.FLOAT32, 1 + i % 7, 3);
        for (long j = 0; j < input.size(); j++) {
          input.setDouble(j, Math.sin(i + 0.7 * j));
        }
        alone.add(executable.run(List.of(input)).get(0).toFloatArray());
        results.add(callers.submit(() -> executable.run(List.of(input)).get(0).toFloatArray()));
      }
      for (int i = 0; i < alone.size(); i++) {
        assertArrayEquals(alone.get(i), results.get(i).get());
      }
    } finally {
      callers.shutdownNow();
    }
  }
}
