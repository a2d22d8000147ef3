package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.pass.Passes;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PassesTest {
  private static final long ANY = Shape.UNKNOWN;
  private static final List<Integer> ONES = List.of(1, 1);

  private final Random random = new Random(7);
  private final GraphBuilder builder = new GraphBuilder();

  private Tensor random(long... dims) {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, dims);
    for (long i = 0; i < tensor.size(); i++) {
      tensor.setDouble(i, random.nextGaussian());
    }
    return tensor;
  }

  private Value input(long... dims) {
    return builder.input("x", new TensorType(DType.FLOAT32, Shape.of(dims)));
  }

  private Value constant(long... dims) {
    return builder.constant(random(dims));
  }

  private Value conv(Value x, Value kernel, Padding padding) {
    return builder.apply(new Op.Conv(ONES, ONES, padding, 1), x, kernel).get(0);
  }

  /** The optimised graph, after checking that it computes what the given one does. */
  private Graph optimized(Value output, Tensor... inputs) {
    return optimized(builder.build(Map.of("y", output)), inputs);
  }

  private static Graph optimized(Graph raw, Tensor... inputs) {
    List<Tensor> expected = run(raw, inputs);
    for (String pass : Passes.names()) {
      List<Tensor> actual = run(Passes.optimize(raw, pass), inputs);
      for (int i = 0; i < actual.size(); i++) {
        Tolerance.STEPS.check(expected.get(i), actual.get(i), "after pass " + pass);
      }
    }
    return Passes.optimize(raw);
  }

  private static List<Tensor> run(Graph graph, Tensor... inputs) {
    return new ReferenceEngine().compile(graph, 1).run(List.of(inputs));
  }

  private static long count(Graph graph, Class<? extends Op> type) {
    return graph.nodes().stream().filter(node -> type.isInstance(node.op())).count();
  }

  /** Nodes that compute something. */
  private static long size(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> !Op.SOURCES.contains(node.op().getClass()))
        .count();
  }

  @Test
  void batchNormalizationGoesIntoTheKernels() {
    Value x = input(ANY, 8, 7, 3);
    Value y = Ops.add(conv(x, constant(3, 2, 3, 5), Padding.SAME), constant(5));
    y = Ops.add(Ops.multiply(y, constant(1, 1, 1, 5)), constant(5));
    Op transposed = new Op.ConvTranspose(List.of(2, 2), ONES, Padding.SAME, List.of(), List.of());
    Value z = builder.apply(transposed, Ops.relu(y), constant(2, 2, 4, 5)).get(0);
    z = Ops.subtract(Ops.divide(z, constant(4)), constant(4));
    Value flat = Ops.reshape(z, -1, 14 * 16 * 4);
    Value dense = Ops.multiply(Ops.matmul(flat, constant(14 * 16 * 4, 6)), constant(6));
    Graph graph = optimized(dense, random(2, 8, 7, 3));
    assertEquals(2, count(graph, Op.Binary.class), graph.toString());
    assertEquals(7, size(graph), graph.toString());
  }

  @Test
  void factorsOfTheInputGoIntoTheKernel() {
    Value x = Ops.divide(input(ANY, 8, 7, 3), 255);
    Graph graph = optimized(conv(x, constant(3, 3, 3, 4), Padding.SAME), random(2, 8, 7, 3));
    assertEquals(1, size(graph), graph.toString());
    Value rows = Ops.multiply(constant(6), builder.input("z", type(ANY, 6)));
    Op product = new Op.MatMul(false, true);
    graph =
        optimized(
            builder.apply(product, rows, constant(5, 6)).get(0), random(1, 8, 7, 3), random(4, 6));
    assertEquals(1, size(graph), graph.toString());
  }

  private static TensorType type(long... dims) {
    return new TensorType(DType.FLOAT32, Shape.of(dims));
  }

  @Test
  void resultsUsedElsewhereAreLeftAlone() {
    Value y = conv(input(ANY, 8, 7, 3), constant(3, 2, 3, 5), Padding.VALID);
    Value z = Ops.multiply(Ops.multiply(y, constant(5)), y);
    assertEquals(3, size(optimized(z, random(2, 8, 7, 3))));
  }

  @Test
  void factorsThatAreNotFiniteAreLeftAlone() {
    Value factors = builder.constant(Tensor.of(new float[] {1, Float.POSITIVE_INFINITY, 2}));
    Value y = Ops.multiply(Ops.matmul(input(ANY, 4), constant(4, 3)), factors);
    assertEquals(2, size(optimized(y, random(2, 4))));
  }

  @Test
  void offsetsAlongOtherAxesAreLeftAlone() {
    Value y = Ops.add(Ops.matmul(input(ANY, 4), constant(4, 3)), constant(2, 1));
    assertEquals(3, size(optimized(Ops.multiply(y, constant(3)), random(2, 4))));
  }

  /** A layer as the importer lowers it where channels are first. */
  private Value channelsFirst(Value x, Value kernel, Padding padding) {
    Value y = conv(Ops.moveaxis(x, 1, -1), kernel, padding);
    return Ops.moveaxis(y, -1, 1);
  }

  @Test
  void transpositionsVanishInsideANetwork() {
    Value x = input(ANY, 3, 9, 8);
    Value y = channelsFirst(x, constant(3, 3, 3, 6), Padding.SAME);
    y = Ops.relu(Ops.add(Ops.multiply(y, constant(1, 6, 1, 1)), constant(6, 1, 1)));
    Value z = Ops.pad(y, List.of(0L, 0L, 1L, 0L), List.of(0L, 0L, 1L, 2L));
    z = Ops.maximum(channelsFirst(z, constant(3, 3, 6, 6), Padding.VALID), 0.1);
    z = Ops.add(z, y);
    Value gate = Ops.reshape(Ops.mean(z, 2, 3), ANY, 6, 1, 1);
    gate = Ops.sigmoid(channelsFirst(gate, constant(1, 1, 6, 6), Padding.SAME));
    z = Ops.concatenate(List.of(Ops.multiply(z, gate), y), 1);
    z = Ops.slice(z, Range.ALL, Range.of(2, 11), Range.REVERSED);
    z = Ops.softmax(channelsFirst(z, constant(1, 1, 9, 4), Padding.SAME), 1);
    Value top = Ops.cumsum(Ops.sum(z, 3), 1);
    Graph graph = optimized(top, random(2, 3, 9, 8));
    assertEquals(2, count(graph, Op.Transpose.class), graph.toString());
    assertEquals(1, count(graph, Op.Reshape.class), graph.toString());
    assertEquals(0, count(graph, Op.Pad.class), graph.toString());
  }

  @Test
  void transpositionsThatNothingUndoesStay() {
    Value x = input(ANY, 3, 4);
    Value y = Ops.transpose(x, 0, 2, 1);
    Value z = Ops.concatenate(List.of(Ops.relu(y), Ops.exp(y)), 0);
    Graph graph = optimized(Ops.reshape(z, -1, 2, 6), random(2, 3, 4));
    assertEquals(1, count(graph, Op.Transpose.class), graph.toString());
  }

  @Test
  void whatDependsOnConstantsIsComputedOnce() {
    Value x = input(ANY, 4);
    Value weights = Ops.transpose(Ops.reshape(Ops.multiply(constant(2, 6), 3), 3, 4), 1, 0);
    Graph graph = optimized(Ops.matmul(x, weights), random(2, 4));
    assertEquals(1, size(graph), graph.toString());
    Value wide = builder.apply(new Op.BroadcastTo(Dim.of(300, 300, 4)), constant(1, 4)).get(0);
    assertEquals(3, size(optimized(Ops.add(wide, Ops.mean(x)), random(2, 4))));
  }

  @Test
  void sameExpressionsAreComputedOnce() {
    Value x = input(ANY, 4);
    Value y = Ops.add(Ops.square(Ops.subtract(x, 3)), Ops.square(Ops.subtract(x, 3)));
    Graph graph = optimized(y, random(2, 4));
    assertEquals(3, size(graph), graph.toString());
    assertEquals(1, count(graph, Op.Constant.class), graph.toString());
  }

  @Test
  void whatChangesNothingIsDropped() {
    Value x = input(ANY, 4, 6);
    Value y = Ops.cast(Ops.cast(x, DType.FLOAT64), DType.FLOAT32);
    y = Ops.divide(Ops.multiply(Ops.subtract(y, 0), 1), 1);
    y = Ops.reshape(Ops.reshape(Ops.reshape(y, -1, 24), -1, 3, 8), -1, 4, 6);
    y = Ops.swapaxes(Ops.swapaxes(y, 1, 2), 2, 1);
    y = Ops.slice(y, Range.ALL, new Range(0L, 4L, 1), new Range(0L, null, 1));
    y = Ops.concatenate(List.of(y, Ops.slice(y, Range.ALL, Range.of(1, 1))), 1);
    y = Ops.pad(y, List.of(0L, 0L, 0L), List.of(0L, 0L, 0L));
    y = builder.apply(Op.Unary.IDENTITY, y).get(0);
    y = builder.apply(new Op.Repeat(1, 1), y).get(0);
    y = builder.apply(new Op.Reduce(ReduceKind.SUM, List.of(), false), y).get(0);
    Value joined = Ops.concatenate(List.of(y, Ops.negative(x)), 2);
    Value halves = Ops.add(Ops.split(joined, 2, 2).get(1), Ops.split(joined, 2, 2).get(0));
    Graph graph = optimized(halves, random(2, 4, 6));
    assertEquals(2, size(graph), graph.toString());
  }

  @Test
  void whatOnlyLooksLikeNothingStays() {
    Value x = input(ANY, ANY, 4);
    Value flat =
        builder
            .apply(
                new Op.Reshape(List.of(new Dim.Same(0, 1), new Dim.Same(0, 0), new Dim.Fixed(4))),
                x)
            .get(0);
    Value rounded = Ops.cast(Ops.cast(flat, DType.FLOAT16), DType.FLOAT32);
    Value truncated = Ops.cast(Ops.cast(Ops.negative(rounded), DType.INT32), DType.FLOAT32);
    Value other = builder.input("other", type(ANY, ANY, 4));
    Value wide = Ops.broadcastTo(truncated, other);
    assertEquals(7, size(optimized(wide, random(2, 1, 4), random(3, 2, 4))));
  }

  @Test
  void bodiesOfRecurrencesAreOptimized() {
    GraphBuilder inner = new GraphBuilder();
    Value x = inner.input("x", type(ANY, 3));
    Value h = inner.input("h", type(ANY, 3));
    Value next = Ops.multiply(Ops.add(Ops.add(x, h), Ops.add(x, h)), 1);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("y", next);
    outputs.put("h", Ops.tanh(next));
    Recurrence recurrence = new Recurrence(false, true, false, false);
    Op scan = new Op.Scan(inner.build(outputs), 1, false, recurrence);
    Value state = builder.input("h", type(ANY, 3));
    Value sequence = builder.input("x", type(ANY, ANY, 3));
    Value y = builder.apply(scan, sequence, state).get(0);
    Graph graph = optimized(y, random(2, 3), random(2, 5, 3));
    Op.Scan optimized = (Op.Scan) graph.outputs().get("y").producer().op();
    assertEquals(3, size(optimized.body()), optimized.body().toString());
  }

  @Test
  void runsStopWhereAsked() {
    Value y = Ops.add(Ops.multiply(constant(2), 2), input(2));
    Graph graph = builder.build(Map.of("y", y));
    assertSame(graph, Passes.optimize(graph, "0"));
    assertEquals(2, size(Passes.optimize(graph, "1")));
    assertEquals(1, size(Passes.optimize(graph, "constants")));
    assertThrows(IllegalArgumentException.class, () -> Passes.optimize(graph, "99"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Passes.optimize(graph, "magic"));
    assertTrue(e.getMessage().contains(Passes.names().toString()), e.getMessage());
  }
}
