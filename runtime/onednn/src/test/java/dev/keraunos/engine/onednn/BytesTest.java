package dev.keraunos.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.engine.onednn.internal.OneDnnEngine;
import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with weights of bytes, against the reference engine. */
class BytesTest {
  private final Random random = new Random(1);
  private final GraphBuilder builder = new GraphBuilder();

  private Value input(long columns) {
    return builder.input("x", new TensorType(DType.FLOAT32, Shape.of(Shape.UNKNOWN, columns)));
  }

  /** Numbers whose products with bytes are about 1. */
  private Value small(long columns) {
    return Ops.divide(input(columns), 128);
  }

  private Value bytes(long... dims) {
    Tensor tensor = Tensor.zeros(DType.INT8, dims);
    for (long i = 0; i < tensor.size(); i++) {
      tensor.setLong(i, random.nextInt(256) - 128);
    }
    return builder.constant(tensor);
  }

  private Value floats(double least, long... dims) {
    return builder.constant(drawn(least, dims));
  }

  private Tensor drawn(double least, long... dims) {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, dims);
    for (long i = 0; i < tensor.size(); i++) {
      tensor.setDouble(i, least + random.nextFloat());
    }
    return tensor;
  }

  /** Rows in steps of their largest size, as Keras quantizes them. */
  private static Value[] quantized(Value x) {
    Value largest = Ops.add(Ops.expandDims(Ops.max(Ops.abs(x), -1), -1), 1e-7);
    Value scale = Ops.divide(127, largest);
    Value steps = Ops.clip(Ops.round(Ops.multiply(x, scale)), -127, 127);
    return new Value[] {Ops.cast(steps, DType.INT8), scale};
  }

  private void check(Tolerance tolerance, Value output, long columns, long... batches) {
    Graph graph = builder.build(Map.of("y", output));
    try (Executable fast = new OneDnnEngine().compile(graph, 2);
        Executable reference = new ReferenceEngine().compile(graph, 2)) {
      for (long batch : batches) {
        List<Tensor> inputs = List.of(drawn(-0.5, batch, columns));
        Tensor expected = reference.run(inputs).get(0);
        tolerance.check(expected, fast.run(inputs).get(0), "batch " + batch);
      }
      fast.placement().entrySet().stream()
          .filter(entry -> entry.getKey().op() instanceof Op.MatMul)
          .forEach(
              entry -> {
                boolean plain = entry.getValue().equals(Engines.PLAIN_JAVA);
                boolean summed = entry.getKey().inputs().get(0).dtype() == DType.INT8;
                assertEquals(summed && !Library.sumsBytes(), plain, entry.getKey().toString());
              });
    }
  }

  /** Rows of a table and their scales are finite, which many functions have to know. */
  @Test
  void functionsOfRowsOfBytes() {
    Value indices = Ops.cast(Ops.multiply(input(4), 12), DType.INT32);
    Value rows = Ops.cast(Ops.take(bytes(6, 5), indices, 0), DType.FLOAT32);
    Value scales = Ops.expandDims(Ops.take(floats(0.1, 6), indices, 0), -1);
    Graph graph = builder.build(Map.of("y", Ops.gelu(Ops.divide(rows, scales), true)));
    try (Executable fast = new OneDnnEngine().compile(graph, 2);
        Executable reference = new ReferenceEngine().compile(graph, 2)) {
      List<Tensor> inputs = List.of(drawn(-0.5, 3, 4));
      Tolerance.STEPS.check(reference.run(inputs).get(0), fast.run(inputs).get(0), "rows");
      fast.placement().entrySet().stream()
          .filter(entry -> entry.getKey().op() instanceof Op.Unary)
          .forEach(entry -> assertNotEquals(Engines.PLAIN_JAVA, entry.getValue()));
    }
  }

  /** The widest is cut into several blocks of columns. */
  @ParameterizedTest
  @CsvSource({"7, 5", "64, 64", "300, 900", "129, 1"})
  void sumsAreExact(long inner, long columns) {
    Value[] x = quantized(input(inner));
    Value sums = Ops.matmul(x[0], bytes(inner, columns));
    assertEquals(DType.INT32, sums.dtype());
    check(Tolerance.EXACT, Ops.cast(sums, DType.INT64), inner, 1, 3, 16, 40);
  }

  @ParameterizedTest
  @CsvSource({"7, 5", "300, 900"})
  void scalesAndBiasesFollow(long inner, long columns) {
    Value[] x = quantized(input(inner));
    Value sums = Ops.cast(Ops.matmul(x[0], bytes(inner, columns)), DType.FLOAT32);
    Value scaled = Ops.divide(sums, Ops.multiply(x[1], floats(50, columns)));
    Value y = Ops.relu(Ops.add(scaled, floats(-0.5, columns)));
    check(Tolerance.EXACT, y, inner, 1, 3, 16, 40);
  }

  @ParameterizedTest
  @CsvSource({"7, 5", "300, 900"})
  void weightsAloneAreBytes(long inner, long columns) {
    Value product = Ops.matmul(small(inner), bytes(inner, columns));
    Value y = Ops.divide(product, floats(1, columns));
    check(Tolerance.STEPS, y, inner, 1, 3, 16, 40);
  }

  @ParameterizedTest
  @CsvSource({"8, 4, 5", "512, 128, 900", "512, 128, 1", "300, 128, 90"})
  void blocksHaveScales(long inner, int block, long columns) {
    Value x = small(inner);
    int[] groups = new int[(int) inner];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = i / block;
    }
    int count = groups[groups.length - 1] + 1;
    Value scales = floats(0.1, count, columns);
    Value group = builder.constant(Tensor.of(groups));
    Value steps = Ops.cast(bytes(inner, columns), DType.FLOAT32);
    Value weights = Ops.multiply(steps, Ops.take(scales, group, 0));
    check(Tolerance.STEPS, Ops.matmul(x, weights), inner, 1, 3, 16, 40);
  }

  @Test
  void blocksOfRowsHaveScales() {
    Value group = builder.constant(Tensor.of(new int[] {0, 0, 0, 1, 1, 1}));
    Value steps = Ops.cast(bytes(70000, 6), DType.FLOAT32);
    Value weights = Ops.multiply(steps, Ops.take(floats(0.1, 70000, 2), group, 1));
    check(Tolerance.STEPS, Ops.matmul(small(6), weights, false, true), 6, 1, 3);
  }
}
