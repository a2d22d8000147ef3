package dev.keraunos.loss.internal.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Engines;
import dev.keraunos.graph.Ops;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Explanations of small data whose parts can be told by hand. */
class ExplanationTest {
  private static final LossRegistry REGISTRY =
      LossRegistry.builder()
          .loss("doubled", (y, p) -> Ops.multiply(Ops.mean(Ops.square(Ops.subtract(p, y)), -1), 2))
          .loss("by_target", (y, p) -> Ops.mean(Ops.multiply(Ops.square(p), y), -1))
          .loss("target_times", (y, p) -> Ops.multiply(p, y))
          .loss(
              "with_dice",
              (y, p) ->
                  Ops.subtract(
                      Ops.mean(Ops.square(Ops.subtract(p, y)), -1),
                      Ops.divide(Ops.sum(Ops.multiply(y, p)), Ops.add(Ops.sum(y), Ops.sum(p)))))
          .loss("first_channel", Loss.ofTensors(ExplanationTest::firstChannel))
          .build();

  private static Tensor firstChannel(Tensor yTrue, Tensor yPred) {
    float[] scores = new float[(int) yPred.shape().dim(0)];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) yPred.getDouble(i * yPred.shape().dim(1));
    }
    return Tensor.of(scores, scores.length);
  }

  private static Explainer evaluation(String loss, String keras, long... sample) {
    OutputSpec output = new OutputSpec("y", Shape.of(sample).insert(0, Shape.UNKNOWN));
    return Explainer.of(
        Evaluation.builder(CompileSpec.of(loss), List.of(output), Dialect.parse(keras))
            .registry(REGISTRY));
  }

  private static Explanation.Output explain(String loss, String keras, OutputData... batches) {
    long[] sample = batches[0].yPred().shape().without(0).toArray();
    try (Explainer evaluation = evaluation(loss, keras, sample)) {
      for (OutputData batch : batches) {
        evaluation.update(Batch.of("y", batch));
      }
      return evaluation.explanation().outputs().get(0);
    }
  }

  /** Batches that count by their size count so in the best constant too. */
  @Test
  void theBestConstantIsThatOfAllSamples() {
    float[][] y = {{10, 1, 2, 8, 9}, {3}};
    for (String loss : List.of("mae", "mape")) {
      double best = Double.POSITIVE_INFINITY;
      for (double guess : new double[] {10, 1, 2, 8, 9, 3}) {
        double sum = 0;
        for (float target : new float[] {10, 1, 2, 8, 9, 3}) {
          sum += Math.abs(target - guess) / (loss.equals("mae") ? 1 : target / 100);
        }
        best = Math.min(best, sum / 6);
      }
      Explanation.Output output =
          explain(
              loss,
              "3.15.1",
              OutputData.of(Tensor.of(y[0], 5, 1), Tensor.of(new float[5], 5, 1)),
              OutputData.of(Tensor.of(y[1], 1, 1), Tensor.of(new float[1], 1, 1)));
      Tolerance.CLOSE.check(best, output.baseline().orElseThrow().value(), loss);
      String guess = loss.equals("mae") ? "the median" : "2";
      assertEquals("always predicting " + guess, output.baseline().orElseThrow().guess());
    }
  }

  private static double sum(List<Explanation.Part> parts) {
    return parts.stream().mapToDouble(Explanation.Part::value).sum();
  }

  @Test
  void partsDoNotGrowWithTheNumberOfSamples() {
    int batches = 3000;
    try (Explainer evaluation = evaluation("mse", "3.15.1", 1)) {
      for (int i = 0; i < batches; i++) {
        float[] p = {i % 7, 1, 2, 3, 4};
        evaluation.update(
            Batch.of("y", OutputData.of(Tensor.of(new float[5], 5, 1), Tensor.of(p, 5, 1))));
      }
      Explanation explanation = evaluation.explanation();
      Explanation.Output output = explanation.outputs().get(0);
      for (List<Explanation.Part> parts : List.of(output.bySample(), explanation.byBatch())) {
        assertTrue(parts.size() <= Parts.LIMIT, () -> parts.size() + " parts");
        Tolerance.CLOSE.check(explanation.loss(), sum(parts), "sum");
        for (int i = 1; i < parts.size(); i++) {
          assertEquals(parts.get(i - 1).to(), parts.get(i).from());
        }
      }
      assertEquals(5L * batches, output.bySample().get(output.bySample().size() - 1).to());
      assertEquals(batches, explanation.byBatch().get(explanation.byBatch().size() - 1).to());
      assertEquals(4, output.worst().size());
      assertEquals(30, output.worst().get(0).index());
    }
  }

  @Test
  void regionsGrowWithTheSamples() {
    float[] few = new float[3];
    float[] many = new float[1500];
    Arrays.fill(few, 1);
    many[1499] = 2;
    Explanation.Output output =
        explain(
            "mse",
            "3.15.1",
            OutputData.of(Tensor.of(new float[3], 1, 3, 1), Tensor.of(few, 1, 3, 1)),
            OutputData.of(Tensor.of(new float[1500], 1, 1500, 1), Tensor.of(many, 1, 1500, 1)));
    List<Explanation.Region> regions = output.byRegion();
    assertEquals(375, regions.size());
    assertEquals(List.of(1496L), regions.get(374).from());
    assertEquals(List.of(1500L), regions.get(374).to());
    Tolerance.CLOSE.check(0.5, regions.get(0).value(), "steps 0 to 2");
    Tolerance.CLOSE.check(4 / 3000.0, regions.get(374).value(), "the last step");
  }

  @Test
  void theSampleThatIsNotANumberIsNamed() {
    float[] p = {1, 2, Float.NaN, 4};
    Explanation.Output output =
        explain("mse", "2.2.4", OutputData.of(Tensor.of(new float[4], 4, 1), Tensor.of(p, 4, 1)));
    assertEquals(
        List.of(2L),
        output.bySample().stream()
            .filter(part -> Double.isNaN(part.value()))
            .map(Explanation.Part::from)
            .toList());
    assertEquals(2, output.worst().get(0).index());
  }

  @Test
  void factorsThatAreNumbersOrInputsAreMultipliedOut() {
    float[] y = {0, 1, 1, 0, 1, 0};
    float[] p = {0.1f, 0.7f, 0.6f, 0.4f, 0.5f, 0.3f};
    for (String loss : List.of("doubled", "by_target", "target_times")) {
      Explanation.Output output =
          explain(loss, "3.15.1", OutputData.of(Tensor.of(y, 3, 2), Tensor.of(p, 3, 2)));
      double terms = output.terms().stream().mapToDouble(Explanation.Term::value).sum();
      Tolerance.CLOSE.check(output.contribution(), terms, loss);
      for (Explanation.Term term : output.terms()) {
        if (!term.byChannel().isEmpty()) {
          double channels = term.byChannel().stream().mapToDouble(part -> part).sum();
          Tolerance.CLOSE.check(term.value(), channels, loss + " by channel");
        }
      }
    }
  }

  @Test
  void positionsOfNoClassHaveAShareOfTheirOwn() {
    int[] y = {0, 2, -1, 1};
    float[] p = {0.2f, 0.3f, 0.5f, 0.1f, 0.1f, 0.8f, 0.3f, 0.3f, 0.4f, 0.5f, 0.2f, 0.3f};
    Explanation.Output output =
        explain("doubled", "3.15.1", OutputData.of(Tensor.of(y, 4, 1), Tensor.of(p, 4, 3)));
    assertEquals(
        List.of(0, 1, 2, -1),
        output.classes().stream().map(Explanation.ClassShare::index).toList());
    double sum = output.classes().stream().mapToDouble(Explanation.ClassShare::byTrueClass).sum();
    Tolerance.CLOSE.check(output.contribution(), sum, "by class");
  }

  @Test
  void targetsThatTurnOutSoftNameNoClasses() {
    Tensor p = Tensor.of(new float[] {0.2f, 0.8f, 0.6f, 0.4f}, 2, 2);
    Explanation.Output output =
        explain(
            "mse",
            "3.15.1",
            OutputData.of(Tensor.of(new float[] {0, 1, 1, 0}, 2, 2), p),
            OutputData.of(Tensor.of(new float[] {0.1f, 0.9f, 1, 0}, 2, 2), p));
    assertEquals(List.of(), output.classes());
    assertEquals(List.of(), output.terms().get(0).byTrueClass());
  }

  @Test
  void samplesOfALossThatCouplesTheBatchAddTheirParts() {
    Random random = new Random(3);
    float[] p = new float[12];
    float[] y = new float[12];
    for (int i = 0; i < p.length; i++) {
      p[i] = random.nextFloat();
      y[i] = random.nextInt(2);
    }
    OutputData batch = OutputData.of(Tensor.of(y, 2, 6), Tensor.of(p, 2, 6));
    Explanation.Output output = explain("dice", "3.15.1", batch, batch);
    assertTrue(output.terms().stream().anyMatch(Explanation.Term::batchLevel));
    assertEquals(4, output.bySample().size());
    Tolerance.CLOSE.check(
        output.contribution(), sum(output.bySample()) + output.unsplit(), "samples");
    assertEquals(4, output.worst().size());
    assertEquals(Optional.empty(), output.balanced());
  }

  @Test
  void lossesOnTensorsAddUpByClassAndSample() {
    OutputData batch =
        OutputData.of(
            Tensor.of(new float[] {1, 0, 0, 1, 1, 0}, 3, 2),
            Tensor.of(new float[] {0.9f, 0.1f, 0.3f, 0.7f, 0.2f, 0.8f}, 3, 2));
    Explanation.Output output = explain("first_channel", "3.15.1", batch);
    Tolerance.CLOSE.check(1.4 / 3, output.contribution(), "loss");
    assertEquals(List.of(true), output.terms().stream().map(Explanation.Term::batchLevel).toList());
    Tolerance.CLOSE.check(1.1 / 3, output.classes().get(0).byTrueClass(), "class 0");
    Tolerance.CLOSE.check(0.3 / 3, output.classes().get(1).byTrueClass(), "class 1");
    Tolerance.CLOSE.check(1.4 / 3, sum(output.bySample()), "samples");
    String finding = output.notes().get(0);
    assertTrue(finding.contains("couples the positions of a batch"), finding);
  }

  @Test
  void threadsChangeNothing() {
    Random random = new Random(5);
    int samples = 9000;
    float[] p = new float[3 * samples];
    float[] y = new float[p.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = random.nextFloat();
    }
    for (int i = 0; i < samples; i++) {
      y[3 * i + random.nextInt(3)] = 1;
    }
    OutputData batch = OutputData.of(Tensor.of(y, samples, 3), Tensor.of(p, samples, 3));
    List<String> explained = new ArrayList<>();
    for (int threads = 1; threads < 3; threads++) {
      try (Explainer evaluation =
          Explainer.of(
              Evaluation.builder(
                      CompileSpec.of("with_dice"),
                      List.of(new OutputSpec("y", Shape.of(Shape.UNKNOWN, 3))),
                      Dialect.parse("3.15.1"))
                  .registry(REGISTRY)
                  .engine(Engines.preferred(), threads))) {
        evaluation.update(Batch.of("y", batch));
        Explanation.Output output = evaluation.explanation().outputs().get(0);
        assertEquals(2, output.terms().size());
        explained.add(output.terms() + " " + output.classes() + " " + output.bySample());
      }
    }
    assertEquals(explained.get(0), explained.get(1));
  }
}
