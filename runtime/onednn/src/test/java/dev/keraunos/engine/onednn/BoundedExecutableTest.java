package dev.keraunos.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.BoundedExecutable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches above the budget are run in parts, unless samples depend on each other. */
class BoundedExecutableTest {
  private static final long SMALL = 64;
  private static final int SAMPLES = 9;

  /** Counts the runs of another executable. */
  private static final class Counted implements Executable {
    private final Executable executable;
    private int runs;

    Counted(Executable executable) {
      this.executable = executable;
    }

    @Override
    public Graph graph() {
      return executable.graph();
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs) {
      runs++;
      return executable.run(inputs);
    }

    @Override
    public void run(List<Tensor> inputs, List<Tensor> outputs) {
      runs++;
      executable.run(inputs, outputs);
    }

    @Override
    public Map<Node, String> placement() {
      return executable.placement();
    }

    @Override
    public void close() {
      executable.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void samplesThatDependOnEachOtherStayTogether(String engine) {
    assertEquals(1, runs(engine, x -> Ops.cumsum(Ops.tanh(x), 0)));
    assertEquals(1, runs(engine, x -> Ops.flip(Ops.tanh(x), 0)));
    assertEquals(1, runs(engine, x -> Ops.softmax(x, 0)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void independentSamplesAreRunInParts(String engine) {
    assertEquals(SAMPLES, runs(engine, Ops::tanh));
    assertEquals(SAMPLES, runs(engine, x -> Ops.repeat(x, 2, 0)));
    assertEquals(SAMPLES, runs(engine, x -> Ops.softmax(x, 1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void whatMemoryDoesNotHoldIsNamed(String engine) {
    assertNamed(engine, x -> Ops.repeat(Ops.repeat(x, 2_000_000_000, 1), 1000, 0));
    assertNamed(engine, x -> Ops.sum(Ops.cumsum(Ops.repeat(x, 2_000_000_000, 1), 1), 1));
    assertNamed(engine, x -> Ops.sum(Ops.cumsum(Ops.repeat(x, 2_000_000_000, 1), 0), 1));
  }

  private static void assertNamed(String engine, UnaryOperator<Value> function) {
    GraphBuilder builder = new GraphBuilder();
    builder.path("outer/large");
    Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(Shape.UNKNOWN, 7)));
    Graph graph = builder.build(Map.of("y", function.apply(x)));
    List<Tensor> given = List.of(Tensor.zeros(DType.FLOAT32, 3000, 7));
    try (Executable executable = new BoundedExecutable(Engines.named(engine).compile(graph, 1))) {
      InputException thrown = assertThrows(InputException.class, () -> executable.run(given));
      assertTrue(thrown.getMessage().contains("that of 'outer/large', float32 ("));
    }
  }

  /** In how many runs the right result came about. */
  private static int runs(String engine, UnaryOperator<Value> function) {
    GraphBuilder builder = new GraphBuilder();
    Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(Shape.UNKNOWN, 7)));
    Graph graph = builder.build(Map.of("y", function.apply(x)));
    float[] values = new float[SAMPLES * 7];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 5 - 1.5f;
    }
    List<Tensor> given = List.of(Tensor.of(values, SAMPLES, 7));
    try (Executable whole = Engines.named(engine).compile(graph, 1);
        Executable parts = Engines.named(engine).compile(graph, 1)) {
      Counted counted = new Counted(parts);
      float[] result = new BoundedExecutable(counted, SMALL).run(given).get(0).toFloatArray();
      assertArrayEquals(whole.run(given).get(0).toFloatArray(), result);
      return counted.runs;
    }
  }
}
