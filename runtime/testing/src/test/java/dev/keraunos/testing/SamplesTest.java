package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.Samples;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpCases.Case;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where samples are said to be independent, each alone gives what it gives in its batch. */
class SamplesTest {
  private static final int FEWEST = 100;

  @Test
  void eachSampleAloneGivesWhatItGivesInTheBatch() {
    int independent = 0;
    for (Case recorded : OpCases.all()) {
      independent += check(recorded) ? 1 : 0;
    }
    assertTrue(independent >= FEWEST, "only " + independent);
  }

  /** Inputs of as many rows as the first are batches, the others constants. */
  private static boolean check(Case recorded) {
    List<Tensor> batches = new ArrayList<>();
    Graph graph = graph(recorded, batches);
    if (batches.isEmpty() || !Samples.independent(graph)) {
      return false;
    }
    long samples = batches.get(0).shape().dim(0);
    try (Executable executable = new ReferenceEngine().compile(graph, 1)) {
      List<Tensor> whole = executable.run(batches);
      for (long i = 0; i < samples; i++) {
        long from = i;
        List<Tensor> one = batches.stream().map(batch -> batch.rows(from, from + 1)).toList();
        List<Tensor> alone = executable.run(one);
        for (int k = 0; k < alone.size(); k++) {
          long rows = alone.get(k).shape().dim(0);
          Tensor inBatch = whole.get(k).rows(i * rows, (i + 1) * rows);
          assertEquals(inBatch.toString(), alone.get(k).toString(), recorded + ", sample " + i);
          assertEquals(bits(inBatch), bits(alone.get(k)), recorded + ", sample " + i);
        }
      }
    }
    return true;
  }

  private static List<Double> bits(Tensor tensor) {
    List<Double> values = new ArrayList<>();
    for (double value : tensor.toDoubleArray()) {
      values.add(value);
    }
    return values;
  }

  private static Graph graph(Case recorded, List<Tensor> batches) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> operands = new ArrayList<>();
    boolean windowed =
        recorded.op() instanceof Op.Conv || recorded.op() instanceof Op.ConvTranspose;
    Shape first = recorded.inputs().isEmpty() ? Shape.of() : recorded.inputs().get(0).shape();
    for (Tensor tensor : recorded.inputs()) {
      boolean kernel = windowed && !operands.isEmpty();
      boolean rows =
          first.rank() > 0 && tensor.shape().rank() > 0 && tensor.shape().dim(0) == first.dim(0);
      boolean batch = rows && !kernel;
      if (batch) {
        Shape shape = tensor.shape().with(0, Shape.UNKNOWN);
        batches.add(tensor);
        operands.add(builder.input("in" + operands.size(), new TensorType(tensor.dtype(), shape)));
      } else {
        operands.add(builder.constant(tensor));
      }
    }
    Map<String, Value> outputs = new LinkedHashMap<>();
    for (Value output : builder.apply(recorded.op(), operands)) {
      outputs.put("out" + outputs.size(), output);
    }
    return builder.build(outputs);
  }

  private static boolean isIndependent(UnaryOperator<Value> function, long columns) {
    GraphBuilder builder = new GraphBuilder();
    Shape shape = Shape.of(Shape.UNKNOWN, columns);
    Value x = builder.input("x", new TensorType(DType.FLOAT32, shape));
    return Samples.independent(builder.build(Map.of("y", function.apply(x))));
  }

  static Stream<UnaryOperator<Value>> coupling() {
    return Stream.of(
        x -> Ops.flip(x, 0),
        x -> Ops.softmax(x, 0),
        x -> x.producer().builder().apply(new Op.Cumulative(ReduceKind.SUM, 0), x).get(0),
        x -> x.producer().builder().apply(new Op.Sort(0, false), x).get(0),
        x -> x.producer().builder().apply(new Op.Standardize(List.of(0), 0), x).get(0),
        x -> Ops.subtract(x, Ops.reduce(ReduceKind.MEAN, x, true, 0)),
        x -> Ops.matmul(Ops.matmul(x, Ops.transpose(x, 1, 0)), x),
        x -> Ops.concatenate(List.of(x, x), 0),
        x ->
            x.producer()
                .builder()
                .apply(new Op.Slice(List.of(Range.REVERSED, Range.ALL)), x)
                .get(0));
  }

  @ParameterizedTest
  @MethodSource("coupling")
  void whatReadsOtherSamplesIsNotIndependent(UnaryOperator<Value> function) {
    assertFalse(isIndependent(function, 3));
  }

  static Stream<UnaryOperator<Value>> keeping() {
    return Stream.of(
        x -> Ops.transpose(Ops.softmax(Ops.transpose(x, 1, 0), 0), 1, 0),
        x -> Ops.transpose(Ops.flip(Ops.transpose(x, 1, 0), 0), 1, 0),
        x -> Ops.reshape(Ops.softmax(Ops.reshape(x, -1, 2), 1), -1, 6),
        x -> Ops.repeat(x, 2, 0),
        x -> Ops.matmul(x, Ops.transpose(x.producer().builder().constant(KERNEL), 1, 0)));
  }

  private static final Tensor KERNEL = Tensor.zeros(DType.FLOAT32, 5, 6);

  @ParameterizedTest
  @MethodSource("keeping")
  void whatComesBackInOrderIsIndependent(UnaryOperator<Value> function) {
    assertTrue(isIndependent(function, 6));
  }

  static Stream<UnaryOperator<Value>> displacing() {
    return Stream.of(
        x -> Ops.transpose(x, 1, 0),
        x -> Ops.reshape(x, 6, -1),
        x -> Ops.reshape(x, -1, 4),
        x -> Ops.reshape(Ops.reshape(x, -1, 2), -1, 12),
        x -> Ops.add(x, x.producer().builder().constant(Tensor.zeros(DType.FLOAT32, 4, 6))));
  }

  @ParameterizedTest
  @MethodSource("displacing")
  void whatNoPartOfTheBatchGivesIsNotIndependent(UnaryOperator<Value> function) {
    assertFalse(isIndependent(function, 6));
  }

  private static final Shape ROWS = Shape.of(Shape.UNKNOWN, 6);

  /** A recurrence over (batch, time, 6) whose state each step makes of the state, x and a value. */
  private static boolean recurs(boolean constant, UnaryOperator<Value> ofState) {
    GraphBuilder body = new GraphBuilder();
    Value x = body.input("x", new TensorType(DType.FLOAT32, ROWS));
    Value state = body.input("state", new TensorType(DType.FLOAT32, ROWS));
    Value own = body.input("own", new TensorType(DType.FLOAT32, ROWS));
    Value next = Ops.add(Ops.add(ofState.apply(state), x), own);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("output", next);
    outputs.put("state", next);
    Recurrence forward = new Recurrence(false, true, false, false);
    Op.Scan scan = new Op.Scan(body.build(outputs), 1, false, forward);
    GraphBuilder builder = new GraphBuilder();
    Shape steps = ROWS.insert(1, 5);
    List<Value> inputs = new ArrayList<>();
    inputs.add(builder.input("sequence", new TensorType(DType.FLOAT32, steps)));
    inputs.add(builder.input("first", new TensorType(DType.FLOAT32, ROWS)));
    inputs.add(
        constant
            ? builder.constant(Tensor.zeros(DType.FLOAT32, 4, 6))
            : builder.input("own", new TensorType(DType.FLOAT32, ROWS)));
    return Samples.independent(builder.build(Map.of("y", builder.apply(scan, inputs).get(0))));
  }

  @Test
  void recurrencesAreAsIndependentAsTheirSteps() {
    assertTrue(recurs(false, state -> Ops.softmax(state, 1)));
    assertFalse(recurs(false, state -> Ops.softmax(state, 0)));
    assertFalse(recurs(false, state -> Ops.flip(state, 0)));
    assertFalse(recurs(true, state -> state), "a constant of as many rows as the batch");
  }
}
