package dev.keraunos.loss.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.evaluate.Recorded;
import dev.keraunos.loss.evaluate.ReferenceLoss;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.loss.internal.explain.Explainer;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One million pixels of five sigmoid classes, the last of which holds 0.4 % of them and is mostly
 * missed. Totals, shares, ranges and the class-balanced mean are those that record_explanations.py
 * had Keras evaluate.
 */
class WorkedExampleTest {
  private static final int SAMPLES = 16;
  private static final int SIDE = 250;
  private static final int CLASSES = 5;
  private static final int[] PIXELS = {600_000, 250_000, 100_000, 46_000, 4_000};
  private static final int FOUND = 920;

  private static Recorded recorded(String line, String loss) {
    return Recorded.all("explained/worked-" + line + ".json").get(loss);
  }

  private static double number(JsonNode json, String name) {
    return json.get(name).asDouble();
  }

  private static Explanation explain(String loss, Dialect dialect) {
    Tensor yTrue = Tensor.allocate(DType.FLOAT32, Shape.of(SAMPLES, SIDE, SIDE, CLASSES));
    Tensor yPred = Tensor.allocate(DType.FLOAT32, yTrue.shape());
    long pixel = 0;
    for (int k = 0; k < CLASSES; k++) {
      for (int i = 0; i < PIXELS[k]; i++, pixel++) {
        float[] truth = new float[CLASSES];
        truth[k] = 1;
        yTrue.write(pixel * CLASSES, truth, 0, CLASSES);
        yPred.write(pixel * CLASSES, prediction(k, i < FOUND), 0, CLASSES);
      }
    }
    LossRegistry.Builder registry = LossRegistry.builder();
    new ReferenceLoss().register(registry);
    List<OutputSpec> outputs =
        List.of(new OutputSpec("mask", yPred.shape().with(0, Shape.UNKNOWN)));
    try (Explainer evaluation =
        Explainer.whatIf(
            Evaluation.builder(CompileSpec.of(loss), outputs, dialect)
                .registry(registry.build()))) {
      evaluation.update(Batch.of("mask", OutputData.of(yTrue, yPred)));
      return evaluation.explanation();
    }
  }

  private static float[] prediction(int k, boolean found) {
    boolean right = k < CLASSES - 1 || found;
    float[] p = {0.005f, 0.005f, 0.005f, 0.005f, 0.005f};
    p[right ? k : 0] = right ? 0.98f : 0.9f;
    p[CLASSES - 1] = right ? p[CLASSES - 1] : 0.05f;
    return p;
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.2.4", "3.15"})
  void aRareClassVanishesInTheMean(String line) {
    Recorded recorded = recorded(line, "binary_crossentropy");
    JsonNode json = recorded.json();
    Explanation explanation = explain("binary_crossentropy", recorded.dialect());
    double loss = explanation.loss();
    Tolerance.CLOSE.check(number(json, "loss"), loss, "loss");
    Explanation.Output output = explanation.outputs().get(0);
    double[] iou = {600_000 / 603_080.0, 1, 1, 1, 0.23};
    for (int k = 0; k < CLASSES; k++) {
      Explanation.ClassShare share = output.classes().get(k);
      assertEquals(PIXELS[k], share.positions());
      double channel = json.get("channels").get(k).asDouble();
      double trueClass = json.get("classes").get(k).asDouble();
      Tolerance.CLOSE.check(channel, share.byChannel().orElseThrow(), loss, "channel " + k);
      Tolerance.CLOSE.check(trueClass, share.byTrueClass(), loss, "true class " + k);
      Tolerance.PRINTED.check(iou[k], share.iou().orElseThrow(), "IoU " + k);
    }
    Explanation.ClassShare rare = output.classes().get(CLASSES - 1);
    double mean = json.get("classes").get(CLASSES - 1).asDouble() / rare.coefficient();
    Tolerance.CLOSE.check(mean, rare.meanScore().orElseThrow(), "mean loss of a rare pixel");
    Tolerance.CLOSE.check(number(json, "if_right"), rare.lossIfRight().orElseThrow(), "all found");
    Tolerance.CLOSE.check(number(json, "if_wrong"), rare.lossIfWrong().orElseThrow(), "all missed");
    Tolerance.CLOSE.check(number(json, "balanced"), output.balanced().orElseThrow(), "balanced");
    assertEquals("(16, 250, 250, 5)", output.stages().get(0).shape());
    assertEquals("(16, 250, 250)", output.stages().get(1).shape());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.2.4", "3.15"})
  void theReferenceLossFallsIntoItsTerms(String line) {
    Recorded recorded = recorded(line, "weighted_bce_dice");
    JsonNode json = recorded.json();
    Explanation explanation = explain("weighted_bce_dice", recorded.dialect());
    double loss = explanation.loss();
    Tolerance.CLOSE.check(number(json, "loss"), loss, "loss");
    List<Explanation.Term> terms = explanation.outputs().get(0).terms();
    assertEquals(
        List.of("bce", "-(1 + dice)"), terms.stream().map(Explanation.Term::name).toList());
    assertEquals(List.of(false, true), terms.stream().map(Explanation.Term::batchLevel).toList());
    assertEquals("class weight", terms.get(0).weight());
    for (int k = 0; k < CLASSES; k++) {
      double expected = json.get("classes").get(k).asDouble();
      Explanation.ClassShare share = explanation.outputs().get(0).classes().get(k);
      Tolerance.CLOSE.check(expected, share.byTrueClass(), loss, "true class " + k);
      double sum = terms.get(0).byTrueClass().get(k) + terms.get(1).byTrueClass().get(k);
      Tolerance.CLOSE.check(expected, sum, loss, "terms of class " + k);
    }
    Explanation.ClassShare rare = explanation.outputs().get(0).classes().get(4);
    Tolerance.CLOSE.check(number(json, "if_right"), rare.lossIfRight().orElseThrow(), "all found");
    Tolerance.CLOSE.check(number(json, "if_wrong"), rare.lossIfWrong().orElseThrow(), "all missed");
    Explanation plain = explain("binary_crossentropy", recorded.dialect());
    Tolerance.CLOSE.check(plain.loss(), terms.get(0).unweighted(), "crossentropy");
  }
}
