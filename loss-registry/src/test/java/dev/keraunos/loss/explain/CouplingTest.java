package dev.keraunos.loss.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.loss.internal.explain.Explainer;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether a loss couples the samples of a batch, however that is written. */
class CouplingTest {
  private static Value mean(Value p, int axis) {
    return Ops.reduce(ReduceKind.MEAN, p, true, axis);
  }

  private static Value apply(Op op, Value x) {
    return x.producer().builder().apply(op, x).get(0);
  }

  private static Value transposed(Value x, UnaryOperator<Value> function) {
    return Ops.transpose(function.apply(Ops.transpose(x, 1, 0)), 1, 0);
  }

  static Stream<UnaryOperator<Value>> coupling() {
    return Stream.of(
        p -> Ops.subtract(p, mean(p, 0)),
        p -> Ops.subtract(p, transposed(p, t -> mean(t, 1))),
        p -> Ops.subtract(p, Ops.reshape(Ops.mean(Ops.reshape(p, -1, 2), 0), 1, 2)),
        p -> Ops.softmax(p, 0),
        p -> transposed(p, t -> Ops.softmax(t, 1)),
        p -> Ops.cumsum(p, 0),
        p -> Ops.flip(p, 0),
        p -> apply(new Op.Sort(0, true), p),
        p -> apply(new Op.Standardize(List.of(0), 1e-3), p),
        p -> transposed(p, t -> apply(new Op.Standardize(List.of(1), 1e-3), t)),
        p -> Ops.matmul(Ops.matmul(p, Ops.transpose(p, 1, 0)), p));
  }

  static Stream<UnaryOperator<Value>> separate() {
    return Stream.of(
        p -> p,
        p -> transposed(p, t -> Ops.softmax(t, 0)),
        p -> transposed(p, t -> Ops.subtract(t, mean(t, 0))),
        p -> Ops.flip(Ops.cumsum(p, 1), 1),
        p -> Ops.reshape(Ops.softmax(Ops.reshape(p, -1, 1, 2), 2), -1, 2));
  }

  private static Explanation.Output explain(UnaryOperator<Value> function) {
    LossRegistry registry =
        LossRegistry.builder()
            .loss("own", (y, p) -> Ops.mean(Ops.square(Ops.subtract(function.apply(p), y)), -1))
            .build();
    Tensor y = Tensor.of(new float[] {1, 0, 0, 1, 1, 0, 0, 1}, 4, 2);
    Tensor p = Tensor.of(new float[] {.9f, .1f, .3f, .7f, .2f, .8f, .6f, .4f}, 4, 2);
    OutputSpec output = new OutputSpec("y", Shape.of(Shape.UNKNOWN, 2));
    try (Explainer evaluation =
        Explainer.of(
            Evaluation.builder(CompileSpec.of("own"), List.of(output), Dialect.parse("3.15.1"))
                .registry(registry))) {
      evaluation.update(Batch.of("y", OutputData.of(y, p)));
      return evaluation.explanation().outputs().get(0);
    }
  }

  @ParameterizedTest
  @MethodSource("coupling")
  void lossesThatCoupleTheBatchAreToldSo(UnaryOperator<Value> function) {
    Explanation.Output output = explain(function);
    assertTrue(output.terms().stream().allMatch(Explanation.Term::batchLevel));
    output.classes().forEach(share -> assertEquals(Optional.empty(), share.lossIfRight()));
  }

  @ParameterizedTest
  @MethodSource("separate")
  void lossesOfSingleSamplesAreToldSo(UnaryOperator<Value> function) {
    Explanation.Output output = explain(function);
    assertTrue(output.terms().stream().noneMatch(Explanation.Term::batchLevel));
    output.classes().forEach(share -> assertTrue(share.lossIfRight().isPresent()));
  }
}
