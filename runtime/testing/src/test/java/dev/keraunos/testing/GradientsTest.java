package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.gradient.Gradients;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpCases.Gradient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientsTest {
  private static final long ANY = Shape.UNKNOWN;

  static List<Gradient> recorded() {
    return OpCases.gradients();
  }

  @ParameterizedTest
  @MethodSource
  void recorded(Gradient recorded) {
    for (int i = 0; i < recorded.inputs().size(); i++) {
      Tensor x = recorded.inputs().get(i);
      if (x.dtype().isFloating()) {
        Tensor expected = recorded.gradients().get(i);
        Tensor wanted = expected == null ? Tensor.allocate(x.dtype(), x.shape()) : expected;
        Tolerance.SUM.check(wanted, gradient(recorded, i), "by input " + i);
      }
    }
  }

  private static Tensor gradient(Gradient recorded, int input) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (Tensor tensor : recorded.inputs()) {
      inputs.add(builder.input("in" + inputs.size(), TensorType.of(tensor)));
    }
    Value y = Ops.cast(builder.apply(recorded.op(), inputs).get(0), DType.FLOAT32);
    Value score = Ops.multiply(y, builder.constant(recorded.weights()));
    Value gradient = Gradients.of(builder, score, inputs.get(input));
    return run(builder.build(Map.of("gradient", gradient)), recorded.inputs());
  }

  private static Tensor run(Graph graph, List<Tensor> inputs) {
    graph.verify();
    return new ReferenceEngine().compile(graph, 1).run(inputs).get(0);
  }

  /** Crossentropy and Dice as users write them, over batches of unknown size. */
  private static Value loss(Value target, Value prediction) {
    Value p = Ops.clip(prediction, 1e-7, 1 - 1e-7);
    Value negatives = Ops.multiply(Ops.subtract(1, target), Ops.log(Ops.subtract(1, p)));
    Value entropy = Ops.negative(Ops.add(Ops.multiply(target, Ops.log(p)), negatives));
    Value overlap = Ops.sum(Ops.multiply(target, prediction), 1, 2);
    Value dice = Ops.divide(Ops.add(overlap, 1), Ops.add(Ops.sum(prediction, 1, 2), 1));
    Value top = Ops.max(Ops.softmax(prediction), -1);
    Value kept = Ops.where(Ops.greater(top, 0.3), Ops.mean(entropy, -1), Ops.square(top));
    return Ops.add(Ops.multiply(kept, 2.5), Ops.reshape(Ops.mean(dice, -1), -1, 1, 1));
  }

  @Test
  void agreesWithFiniteDifferences() {
    assertDifferences(GradientsTest::loss);
    assertDifferences((target, p) -> Ops.logsumexp(Ops.multiply(p, target), true, 1, 3));
    assertDifferences((target, p) -> Ops.std(Ops.subtract(Ops.power(p, 3), target), false, 2));
    assertDifferences(
        (target, p) -> Ops.cumsum(Ops.concatenate(Ops.split(Ops.exp(p), 3, -1), 1), 2));
  }

  private static void assertDifferences(BinaryOperator<Value> function) {
    GraphBuilder builder = new GraphBuilder();
    TensorType type = new TensorType(DType.FLOAT64, Shape.of(ANY, 4, 5, 3));
    Value target = builder.input("target", type);
    Value prediction = builder.input("prediction", type);
    Value scores = function.apply(target, prediction);
    Value gradient = Gradients.of(builder, scores, prediction);
    Graph derivative = builder.build(Map.of("gradient", gradient));
    Graph total = builder.build(Map.of("total", Ops.sum(scores)));
    Random random = new Random(3);
    Tensor targets = Tensor.zeros(DType.FLOAT64, 2, 4, 5, 3);
    Tensor predictions = Tensor.zeros(DType.FLOAT64, 2, 4, 5, 3);
    for (long i = 0; i < targets.size(); i++) {
      targets.setDouble(i, random.nextInt(2));
      predictions.setDouble(i, 0.05 + 0.9 * random.nextDouble());
    }
    Tensor actual = run(derivative, List.of(targets, predictions));
    Tensor expected = Tensor.allocate(DType.FLOAT64, actual.shape());
    double step = 0x1p-20;
    for (long i = 0; i < expected.size(); i++) {
      double x = predictions.getDouble(i);
      predictions.setDouble(i, x + step);
      double above = run(total, List.of(targets, predictions)).getDouble(0);
      predictions.setDouble(i, x - step);
      double below = run(total, List.of(targets, predictions)).getDouble(0);
      predictions.setDouble(i, x);
      expected.setDouble(i, (above - below) / (2 * step));
    }
    Tolerance.SUM.check(
        expected.cast(DType.FLOAT32), actual.cast(DType.FLOAT32), "finite differences");
  }

  @Test
  void isZeroByWhatDoesNotMatter() {
    GraphBuilder builder = new GraphBuilder();
    Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(3)));
    Value y = builder.input("y", new TensorType(DType.FLOAT32, Shape.of(3)));
    Value gradient = Gradients.of(builder, Ops.square(x), y);
    Tensor ones = Tensor.of(new float[] {1, 1, 1});
    Tensor zeros = Tensor.zeros(DType.FLOAT32, 3);
    Graph graph = builder.build(Map.of("gradient", gradient));
    Tolerance.EXACT.check(zeros, run(graph, List.of(ones, ones)), "gradient");
  }

  @Test
  void anOperationWithoutDerivativeIsNamed() {
    GraphBuilder builder = new GraphBuilder();
    builder.path("loss");
    Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 8, 1)));
    Op pool = new Op.Pool(true, List.of(2), List.of(2), Padding.VALID);
    Value y = builder.apply(pool, x).get(0);
    KeraunosException e = assertThrows(KeraunosException.class, () -> Gradients.of(builder, y, x));
    assertTrue(e.getMessage().contains("Pool (loss)"), e.getMessage());
  }
}
