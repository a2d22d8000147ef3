package dev.keraunos.loss.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.Level;
import dev.keraunos.loss.LossRegistry;
import dev.keraunos.loss.example.WeightedBceDice;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One million pixels of five sigmoid classes, the last of which holds 0.4 % of them and is mostly
 * missed. The totals were measured with Keras 2.2.4 and 3.15.1; the shares follow from them by
 * hand.
 */
class WorkedExampleTest {
  private static final int SAMPLES = 16;
  private static final int SIDE = 250;
  private static final int CLASSES = 5;
  private static final int[] PIXELS = {600_000, 250_000, 100_000, 46_000, 4_000};
  private static final int FOUND = 920;

  private static Explanation explain(String loss) {
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
    new WeightedBceDice().register(registry);
    List<OutputSpec> outputs =
        List.of(new OutputSpec("mask", yPred.shape().with(0, Shape.UNKNOWN)));
    try (Evaluation evaluation =
        Evaluation.builder(CompileSpec.of(loss), outputs, Dialect.parse("3.15.1:jax"))
            .registry(registry.build())
            .whatIf()
            .build()) {
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

  @Test
  void aRareClassVanishesInTheMean() {
    Explanation explanation = explain("binary_crossentropy");
    Level.PRINTED.check(0.0112988, explanation.loss(), "loss");
    Explanation.Output output = explanation.outputs().get(0);
    double[] byChannel = {0.0042406, 0.0017620, 0.0013063, 0.0011423, 0.0028476};
    double[] byTrueClass = {0.0048303, 0.0020126, 0.0008051, 0.0003703, 0.0032804};
    double[] iou = {0.9949, 1, 1, 1, 0.23};
    for (int k = 0; k < CLASSES; k++) {
      Explanation.ClassShare share = output.classes().get(k);
      assertEquals(PIXELS[k], share.positions());
      Level.PRINTED_SHORT.check(byChannel[k], share.byChannel().orElseThrow(), "channel " + k);
      Level.PRINTED_SHORT.check(byTrueClass[k], share.byTrueClass(), "true class " + k);
      Level.PRINTED_SHORT.check(iou[k], share.iou().orElseThrow(), "IoU " + k);
    }
    Explanation.ClassShare rare = output.classes().get(CLASSES - 1);
    Level.PRINTED.check(0.8201083, rare.meanScore().orElseThrow(), "mean loss of a rare pixel");
    Level.PRINTED.check(0.0080506, rare.lossIfRight().orElseThrow(), "all rare pixels found");
    Level.PRINTED.check(0.0122691, rare.lossIfWrong().orElseThrow(), "all rare pixels missed");
    Level.PRINTED.check(0.1704621, output.balanced().orElseThrow(), "class-balanced mean");
    assertEquals("(16, 250, 250, 5)", output.stages().get(0).shape());
    assertEquals("(16, 250, 250)", output.stages().get(1).shape());
  }

  @Test
  void theReferenceLossFallsIntoItsTerms() {
    Explanation explanation = explain("weighted_bce_dice");
    Level.PRINTED.check(-6.5895811, explanation.loss(), "loss");
    List<Explanation.Term> terms = explanation.outputs().get(0).terms();
    assertEquals(
        List.of("bce", "-(1 + dice)"), terms.stream().map(Explanation.Term::name).toList());
    assertEquals(List.of(false, true), terms.stream().map(Explanation.Term::batchLevel).toList());
    Level.PRINTED.check(3.2884516, terms.get(0).value(), "weighted crossentropy");
    Level.PRINTED.check(0.0112988, terms.get(0).unweighted(), "crossentropy");
    Level.PRINTED.check(
        3.2804332, terms.get(0).byTrueClass().get(4), "weighted crossentropy of class 4");
    Level.PRINTED.check(-9.8780327, terms.get(1).value(), "weighted batch term");
    Level.PRINTED.check(-1.9771883, terms.get(1).unweighted(), "batch term");
    Level.PRINTED.check(
        -7.9087531, terms.get(1).byTrueClass().get(4), "weighted batch term of class 4");
    assertEquals("class weight", terms.get(0).weight());
    Explanation.ClassShare rare = explanation.outputs().get(0).classes().get(4);
    Level.PRINTED.check(-9.8518594, rare.lossIfRight().orElseThrow(), "all rare pixels found");
    Level.PRINTED.check(-5.6151340, rare.lossIfWrong().orElseThrow(), "all rare pixels missed");
  }
}
