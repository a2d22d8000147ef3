package dev.keraunos.loss.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.UnknownNameException;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.compile.Warnings;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an evaluation refuses and warns of. */
class EvaluationTest {
  private static final Dialect KERAS_3 = Dialect.parse("3.15.1");

  private static Evaluation.Builder builder(String loss, Dialect dialect, long... shape) {
    OutputSpec output = new OutputSpec("y", Shape.of(shape).insert(0, Shape.UNKNOWN));
    return Evaluation.builder(CompileSpec.of(loss), List.of(output), dialect);
  }

  @Test
  void weightsThatRunAlongTheStepsAreWarnedOf() {
    OutputData data =
        OutputData.of(Tensor.of(new float[16], 4, 4, 1), Tensor.of(new float[16], 4, 4, 1))
            .withSampleWeight(Tensor.of(new float[] {1, 2, 3, 4}, 4));
    try (Evaluation evaluation = builder("mse", KERAS_3, 4, 1).build()) {
      evaluation.update(Batch.of("y", data));
      assertEquals(1, evaluation.warnings().size());
    }
    try (Evaluation strict = builder("mse", KERAS_3, 4, 1).strict().build()) {
      assertThrows(InputException.class, () -> strict.update(Batch.of("y", data)));
    }
  }

  @Test
  void targetsThatAreBroadcastAreWarnedOf() {
    OutputData data = OutputData.of(Tensor.of(new float[3], 3, 1), Tensor.of(new float[6], 3, 2));
    try (Evaluation evaluation = builder("mse", KERAS_3, 2).build()) {
      evaluation.update(Batch.of("y", data));
      assertEquals(1, evaluation.warnings().size());
    }
  }

  /** The case of compilation-KERAS.json in batches of two, strictly. */
  private static String refusal(String keras, String name) {
    Recorded recorded = Recorded.all("recorded/compilation-" + keras + ".json").get(name);
    return assertThrows(InputException.class, () -> recorded.builder().strict().build())
        .getMessage();
  }

  @Test
  void lossesThatGoToOtherOutputsAreWarnedOf() {
    String shifted = "output 'b': compiled with no loss, of which Keras 3.2.1 computes";
    assertTrue(refusal("3.2.1", "list_skips").startsWith(shifted));
    String dropped =
        "output 'c': compiled with mean_absolute_error, of which Keras 3.5.0 computes no loss";
    assertTrue(refusal("3.5.0", "list_skips").startsWith(dropped));
    assertTrue(refusal("tf_keras-2.21", "deep_missing").startsWith("output 'b'"));
    assertTrue(refusal("3.15", "one_output_several_losses").contains("several losses"));
  }

  /** Batches of the given sizes, of zeros in the shape (size, 2), with a weight of 0 or without. */
  private static List<String> warnings(String version, boolean zero, int... sizes) {
    try (Evaluation evaluation = builder("mse", Dialect.parse(version), 2).build()) {
      for (int size : sizes) {
        Tensor zeros = Tensor.of(new float[2 * size], size, 2);
        OutputData data = OutputData.of(zeros, zeros);
        float[] weights = new float[size];
        Arrays.fill(weights, 1, size, 1);
        evaluation.update(
            Batch.of("y", zero ? data.withSampleWeight(Tensor.of(weights, size)) : data));
      }
      return evaluation.warnings().stream().map(Warnings.Warning::sentence).toList();
    }
  }

  @Test
  void unevenBatchesThatCountAlikeAreWarnedOf() {
    assertEquals(1, warnings("3.1.1", false, 3, 3, 2).size());
    assertEquals(List.of(), warnings("3.1.1", false, 3, 3));
    assertEquals(List.of(), warnings("3.2.0", false, 3, 2));
  }

  /** Warnings for two outputs in batches of three samples and of two. */
  private static List<String> unevenWarnings(String version) {
    Shape rows = Shape.of(Shape.UNKNOWN, 2);
    List<OutputSpec> outputs = List.of(new OutputSpec("a", rows), new OutputSpec("b", rows));
    Dialect dialect = Dialect.parse(version);
    try (Evaluation evaluation =
        Evaluation.builder(CompileSpec.of("mse"), outputs, dialect).build()) {
      for (int size : new int[] {3, 2}) {
        Tensor zeros = Tensor.of(new float[2 * size], size, 2);
        OutputData data = OutputData.of(zeros, zeros);
        evaluation.update(new Batch(Map.of("a", data, "b", data), Map.of()));
      }
      return evaluation.warnings().stream().map(Warnings.Warning::sentence).toList();
    }
  }

  @Test
  void unevenBatchesOfSeveralOutputsAreWarnedOfWhereTheirLossesCountAlike() {
    assertEquals(1, unevenWarnings("2.3.1").size());
    assertEquals(1, unevenWarnings("2.2.4-tf").size());
    assertEquals(List.of(), unevenWarnings("2.2.4-tf1.13"), "means of weights");
    assertEquals(List.of(), unevenWarnings("2.2.4"));
  }

  @Test
  void weightsOfZeroAreWarnedOfWhereTheyRaiseOthers() {
    assertEquals(1, warnings("2.2.4", true, 3, 3).size());
    assertEquals(2, warnings("2.2.4", true, 3, 1).size(), "and a batch of NaN");
    assertEquals(List.of(), warnings("2.3.1", true, 3, 1));
  }

  @Test
  void classWeightsAreRefusedWhereThatKerasRefusesThem() {
    OutputData data =
        OutputData.of(Tensor.of(new float[] {0, 1, 0}, 1, 3), Tensor.of(new float[3], 1, 3))
            .withClassWeight(Map.of(0, 1.0, 2, 3.0));
    OutputData weighted = data.withSampleWeight(Tensor.of(new float[] {2}, 1));
    assertThrows(InputException.class, () -> lossOfOneHot("2.2.4", data), "no weight of class 1");
    assertThrows(InputException.class, () -> lossOfOneHot("2.15.0", data), "a gap");
    assertThrows(InputException.class, () -> lossOfOneHot("3.15.1", weighted));
    assertEquals(
        lossOfOneHot("2.3.1", weighted.withClassWeight(Map.of(1, 0.5))),
        lossOfOneHot("3.15.1", data));
  }

  private static double lossOfOneHot(String version, OutputData data) {
    try (Evaluation evaluation = builder("mse", Dialect.parse(version), 3).build()) {
      evaluation.update(Batch.of("y", data));
      return evaluation.result().get("loss");
    }
  }

  @Test
  void anUnregisteredLossFailsOnlyHere() {
    CompileSpec.of("never_seen");
    assertThrows(UnknownNameException.class, () -> builder("never_seen", KERAS_3, 2).build());
  }

  @Test
  void targetsOfAnotherLengthAreRefused() {
    OutputData data = OutputData.of(Tensor.of(new float[6], 3, 2), Tensor.of(new float[4], 2, 2));
    try (Evaluation evaluation = builder("mse", KERAS_3, 2).build()) {
      assertThrows(InputException.class, () -> evaluation.update(Batch.of("y", data)));
      assertThrows(
          InputException.class,
          () -> evaluation.update(Batch.of("z", OutputData.of(data.yPred(), data.yPred()))));
    }
  }

  @Test
  void whatDoesNotFitIsNamed() {
    Tensor p = Tensor.of(new float[12], 3, 4);
    OutputData few = OutputData.of(Tensor.of(new float[9], 3, 3), p);
    assertRefused(CompileSpec.of("mse"), few, "output 'y': the loss does not take targets");
    OutputData labels = OutputData.of(Tensor.of(new float[3], 3, 1), p);
    CompileSpec auc = CompileSpec.of("sparse_categorical_crossentropy", "AUC");
    assertRefused(auc, labels, "output 'y': metric 'AUC' does not take targets");
  }

  private static void assertRefused(CompileSpec spec, OutputData data, String words) {
    List<OutputSpec> outputs = List.of(new OutputSpec("y", Shape.of(Shape.UNKNOWN, 4)));
    try (Evaluation evaluation = Evaluation.builder(spec, outputs, KERAS_3).build()) {
      InputException refused =
          assertThrows(InputException.class, () -> evaluation.update(Batch.of("y", data)));
      assertTrue(refused.getMessage().startsWith(words), refused.getMessage());
    }
  }
}
