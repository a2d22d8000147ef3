package dev.keraunos.loss.explain;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.concatenate;
import static dev.keraunos.graph.Ops.constant;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.log;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.moveaxis;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.reshape;
import static dev.keraunos.graph.Ops.sliceAxis;
import static dev.keraunos.graph.Ops.square;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.take;
import static dev.keraunos.graph.Ops.transpose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses of one number for many positions, taken apart, held to sums over the data. */
class SplitTest {
  private static final int BATCH = 3;
  private static final int SIDE = 4;
  private static final int CLASSES = 5;
  private static final int POSITIONS = BATCH * SIDE * SIDE;

  private static final LossRegistry REGISTRY =
      LossRegistry.builder()
          .providers(SplitTest.class.getClassLoader())
          .loss("flat", (y, p) -> dice(reshape(y, -1), reshape(p, -1)))
          .loss("whole", SplitTest::dice)
          .loss("negative", (y, p) -> negative(subtract(1, dice(y, p))))
          .loss("sliced", SplitTest::sliced)
          .loss("taken", SplitTest::taken)
          .loss("by_class", SplitTest::byClass)
          .loss("mean_of_all", (y, p) -> mean(square(subtract(p, y))))
          .loss("sum_of_means", (y, p) -> add(mean(square(subtract(p, y))), dice(y, p)))
          .loss("spread", (y, p) -> add(mean(square(subtract(p, y)), -1), dice(y, p)))
          .loss("mean_of_spread", (y, p) -> mean(add(mean(square(subtract(p, y)), -1), dice(y, p))))
          .loss("log_dice", (y, p) -> negative(log(subtract(1, dice(y, p)))))
          .loss("moved", (y, p) -> dice(moveaxis(y, 1, -1), moveaxis(p, 1, -1)))
          .loss("moved_flat", (y, p) -> dice(flat(moveaxis(y, 0, 2)), flat(moveaxis(p, 0, 2))))
          .loss("reversed", (y, p) -> dice(transpose(y), transpose(p)))
          .loss("halves", (y, p) -> dice(halves(y), halves(p)))
          .loss("moved_by_class", (y, p) -> byClass(turned(y), turned(p)))
          .build();

  private final float[] truth = new float[POSITIONS * CLASSES];
  private final float[] predicted = new float[truth.length];
  private final int[] labels = new int[POSITIONS];

  SplitTest() {
    Random random = new Random(5);
    for (int i = 0; i < POSITIONS; i++) {
      labels[i] = random.nextInt(CLASSES);
      truth[i * CLASSES + labels[i]] = 1;
      for (int k = 0; k < CLASSES; k++) {
        predicted[i * CLASSES + k] = random.nextFloat();
      }
    }
  }

  private static Value dice(Value y, Value p) {
    Value overlap = add(multiply(2, sum(multiply(y, p))), 1);
    return subtract(1, divide(overlap, add(add(sum(y), sum(p)), 1)));
  }

  private static Value sliced(Value y, Value p) {
    Value all = dice(sliceAxis(y, -1, Range.of(0, 1)), sliceAxis(p, -1, Range.of(0, 1)));
    for (int k = 1; k < CLASSES; k++) {
      Range one = Range.of(k, k + 1);
      all = add(all, dice(reshape(sliceAxis(y, -1, one), -1), reshape(sliceAxis(p, -1, one), -1)));
    }
    return divide(all, CLASSES);
  }

  private static Value taken(Value y, Value p) {
    Value all = dice(channel(y, 0), channel(p, 0));
    for (int k = 1; k < CLASSES; k++) {
      all = add(all, dice(channel(y, k), channel(p, k)));
    }
    return all;
  }

  private static Value channel(Value x, int k) {
    return take(x, constant(x, Tensor.scalar(DType.INT32, k)), -1);
  }

  private static Value byClass(Value y, Value p) {
    Value overlap = add(multiply(2, sum(multiply(y, p), 0, 1, 2)), 1);
    return mean(subtract(1, divide(overlap, add(add(sum(y, 0, 1, 2), sum(p, 0, 1, 2)), 1))));
  }

  private static Value flat(Value x) {
    return reshape(x, -1);
  }

  /** The classes stay on the last axis. */
  private static Value turned(Value x) {
    return transpose(x, 1, 2, 0, 3);
  }

  /** Cut in two along an axis of places, and put together again in the other order. */
  private static Value halves(Value x) {
    return concatenate(
        List.of(sliceAxis(x, 2, Range.of(SIDE / 2, SIDE)), sliceAxis(x, 2, Range.of(0, SIDE / 2))),
        2);
  }

  /** Channels first. */
  private static float[] first(float[] last) {
    float[] first = new float[last.length];
    int inner = SIDE * SIDE;
    for (int i = 0; i < POSITIONS; i++) {
      for (int k = 0; k < CLASSES; k++) {
        first[(i / inner * CLASSES + k) * inner + i % inner] = last[i * CLASSES + k];
      }
    }
    return first;
  }

  private Tensor last(float[] data) {
    return Tensor.of(data, BATCH, SIDE, SIDE, CLASSES);
  }

  private static Tensor channelsFirst(float[] data) {
    return Tensor.of(first(data), BATCH, CLASSES, SIDE, SIDE);
  }

  private static Explanation explain(String loss, Tensor y, Tensor p, Optional<Tensor> weight) {
    OutputSpec output = new OutputSpec("y", p.shape().with(0, Shape.UNKNOWN));
    OutputData data = OutputData.of(y, p);
    data = weight.isPresent() ? data.withSampleWeight(weight.get()) : data;
    try (Explainer evaluation =
        Explainer.whatIf(
            Evaluation.builder(compile(loss), List.of(output), Dialect.parse("3.15.1:jax"))
                .registry(REGISTRY))) {
      evaluation.update(Batch.of("y", data));
      return evaluation.explanation();
    }
  }

  private static CompileSpec compile(String loss) {
    try {
      return loss.startsWith("{")
          ? CompileSpec.of(new JsonMapper().readTree("{\"loss\":" + loss + "}"))
          : CompileSpec.of(loss);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Explanation.Output explain(String loss) {
    return explain(loss, last(truth), last(predicted), Optional.empty()).outputs().get(0);
  }

  private static double total(int n, IntToDoubleFunction function) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += function.applyAsDouble(i);
    }
    return sum;
  }

  private double overlap(int k) {
    return total(POSITIONS, i -> labels[i] == k ? predicted[i * CLASSES + k] : 0);
  }

  private double size(int channel) {
    return total(POSITIONS, i -> truth[i * CLASSES + channel] + predicted[i * CLASSES + channel]);
  }

  private double sizes() {
    return total(CLASSES, this::size);
  }

  /** The squared errors of the positions of a class. */
  private double error(int k) {
    return total(
        truth.length, i -> labels[i / CLASSES] == k ? Math.pow(predicted[i] - truth[i], 2) : 0);
  }

  private static void shares(Explanation.Output output, IntToDoubleFunction expected) {
    assertEquals(CLASSES, output.classes().size());
    for (int k = 0; k < CLASSES; k++) {
      near(expected.applyAsDouble(k), output.classes().get(k).byTrueClass(), 1);
    }
    double all = output.classes().stream().mapToDouble(s -> s.byTrueClass()).sum();
    near(output.contribution(), all + output.unsplit(), 1);
    double places = output.byRegion().stream().mapToDouble(s -> s.value()).sum();
    near(output.contribution(), places + output.unsplit(), 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"whole", "flat", "moved", "moved_flat", "reversed", "halves"})
  void diceOfAllSplitsByTheOverlap(String loss) {
    Explanation.Output output = explain(loss);
    shares(output, k -> -2 * overlap(k) / (sizes() + 1));
    near(1 - 1 / (sizes() + 1), output.unsplit(), 1);
    for (int k = 0; k < CLASSES; k++) {
      near(-2 * overlap(k) / (sizes() + 1), output.classes().get(k).byChannel().get(), 1);
    }
    List<Explanation.Term> terms = output.terms();
    assertEquals("1", terms.get(0).name());
    assertEquals(1, terms.get(1).split().orElseThrow().fixed().size());
    assertEquals(BATCH, output.bySample().size());
    assertTrue(output.balanced().isEmpty());
    assertTrue(output.classes().stream().allMatch(share -> share.equalWeight().isEmpty()));
  }

  @Test
  void aSignTurnsEveryShare() {
    Explanation.Output output = explain("negative");
    shares(output, k -> -2 * overlap(k) / (sizes() + 1));
    near(-1 / (sizes() + 1), output.unsplit(), 1);
  }

  @ParameterizedTest
  @CsvSource({"sliced, 5", "taken, 1", "by_class, 5", "moved_by_class, 5"})
  void diceOfEachClassHasADenominatorOfItsOwn(String loss, double divisor) {
    Explanation.Output output = explain(loss);
    shares(output, k -> -2 * overlap(k) / (size(k) + 1) / divisor);
    for (int k = 0; k < CLASSES; k++) {
      near(
          output.classes().get(k).byTrueClass(),
          output.classes().get(k).byChannel().orElseThrow(),
          1);
    }
  }

  @Test
  void aMeanOfAllIsALossOfPositions() {
    Explanation.Output output = explain("mean_of_all");
    Explanation.Output positions = explain("mse");
    shares(output, k -> error(k) / truth.length);
    near(0, output.unsplit(), 1);
    near(positions.balanced().orElseThrow(), output.balanced().orElseThrow(), 1);
    for (int k = 0; k < CLASSES; k++) {
      Explanation.ClassShare share = output.classes().get(k);
      Explanation.ClassShare same = positions.classes().get(k);
      near(same.byChannel().orElseThrow(), share.byChannel().orElseThrow(), 1);
      near(same.meanScore().orElseThrow(), share.meanScore().orElseThrow(), 1);
      near(same.coefficient(), share.coefficient(), 1);
      near(same.lossIfRight().orElseThrow(), share.lossIfRight().orElseThrow(), 1);
      near(same.lossIfWrong().orElseThrow(), share.lossIfWrong().orElseThrow(), 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sum_of_means", "mean_of_spread"})
  void aMeanBesideDice(String loss) {
    Explanation.Output output = explain(loss);
    shares(output, k -> error(k) / truth.length - 2 * overlap(k) / (sizes() + 1));
    near(1 - 1 / (sizes() + 1), output.unsplit(), 1);
  }

  /** Positions have scores: these add up, and the batch's number is split beside them. */
  @Test
  void diceAddedToEveryPosition() {
    Explanation.Output output = explain("spread");
    assertEquals(0, output.unsplit());
    Explanation.Term term =
        output.terms().stream().filter(t -> t.batchLevel()).findFirst().orElseThrow();
    Explanation.Split split = term.split().orElseThrow();
    for (int k = 0; k < CLASSES; k++) {
      near(-2 * overlap(k) / (sizes() + 1), split.byTrueClass().get(k), 1);
      near(-2 * overlap(k) / (sizes() + 1), split.byChannel().get(k), 1);
    }
    near(1 - 1 / (sizes() + 1), split.unsplit(), 1);
  }

  @Test
  void theBatchTermOfTheReferenceLoss() {
    Explanation.Output output = explain("weighted_bce_dice");
    Explanation.Split split = output.terms().get(1).split().orElseThrow();
    double weight = total(POSITIONS, i -> labels[i] == CLASSES - 1 ? 1000 : 1) / POSITIONS;
    for (int k = 0; k < CLASSES; k++) {
      double expected = -weight * 2 * overlap(k) / (sizes() + 1);
      near(expected, split.byTrueClass().get(k), weight);
    }
    near(-weight * (1 + 1 / (sizes() + 1)), split.unsplit(), 2 * weight);
    assertEquals(List.of("((sum(y_true) + sum(y_pred)) + 1)"), split.fixed());
  }

  @Test
  void whatIsNoSumStaysWithTheBatch() {
    Explanation.Output output = explain("log_dice");
    assertEquals(output.contribution(), output.unsplit());
    assertTrue(output.terms().get(0).split().isEmpty());
    assertEquals(CLASSES, output.classes().size());
    for (Explanation.ClassShare share : output.classes()) {
      assertEquals(0, share.byTrueClass());
      assertTrue(share.iou().isPresent());
      assertTrue(share.lossIfRight().isPresent());
    }
    assertEquals(List.of(), output.byRegion());
    assertEquals(List.of(), output.worst());
    String finding = output.notes().get(0);
    assertTrue(finding.contains("no sum over positions"), finding);
  }

  /** Scores of samples, of which some count nothing. */
  @Test
  void diceOfSamplesWithWeights() {
    Tensor weight = Tensor.of(new float[] {2, 0, 1}, BATCH);
    String loss = "{\"class_name\":\"Dice\",\"config\":{\"axis\":[1,2,3]}}";
    Explanation.Output output =
        explain(loss, last(truth), last(predicted), Optional.of(weight)).outputs().get(0);
    int inner = SIDE * SIDE;
    double[] factor = {2.0 / 3, 0, 1.0 / 3};
    shares(
        output,
        k ->
            total(
                POSITIONS,
                i -> {
                  int from = i / inner * inner * CLASSES;
                  double all = total(inner * CLASSES, e -> truth[from + e] + predicted[from + e]);
                  double common = labels[i] == k ? predicted[i * CLASSES + k] : 0;
                  return -2 * factor[i / inner] * common / (all + 1e-7);
                }));
    near(1, output.unsplit(), 1);
    double samples = output.bySample().stream().mapToDouble(part -> part.value()).sum();
    near(output.contribution(), samples, 1);
    double counted = output.classes().stream().mapToDouble(share -> share.positions()).sum();
    assertEquals(2 * inner, counted);
  }

  /** What a loss says of classes does not depend on where they are. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "BinaryCrossentropy; {'axis':1}; {'axis':-1}",
        "CategoricalCrossentropy; {'axis':1}; {'axis':-1}",
        "BinaryFocalCrossentropy; {'axis':1}; {'axis':-1}",
        "CategoricalFocalCrossentropy; {'axis':1}; {'axis':-1}",
        "SparseCategoricalCrossentropy; {'axis':1}; {'axis':-1}",
        "Dice; {'axis':[2,3]}; {'axis':[1,2]}",
        "Tversky; {'axis':[2,3],'alpha':0.3,'beta':0.7}; {'axis':[1,2],'alpha':0.3,'beta':0.7}",
        "Dice; {'axis':[0,2,3]}; {'axis':[0,1,2]}",
        "Dice; {'axis':[1,2,3]}; {'axis':[1,2,3]}",
        "Tversky; {}; {}",
        "MeanSquaredError; {}; {}"
      })
  void channelsFirst(String name, String onFirst, String onLast) {
    String form = "{'class_name':'" + name + "','config':%s}";
    boolean sparse = name.startsWith("Sparse");
    Tensor y = Tensor.of(labels, BATCH, SIDE, SIDE);
    Explanation.Output expected =
        explain(
                form.replace("%s", onLast).replace('\'', '"'),
                sparse ? y : last(truth),
                last(predicted),
                Optional.empty())
            .outputs()
            .get(0);
    Explanation.Output actual =
        explain(
                form.replace("%s", onFirst).replace('\'', '"'),
                sparse ? y : channelsFirst(truth),
                channelsFirst(predicted),
                Optional.empty())
            .outputs()
            .get(0);
    near(expected.value(), actual.value(), 1);
    near(expected.unsplit(), actual.unsplit(), 1);
    shares(actual, k -> expected.classes().get(k).byTrueClass());
    for (int k = 0; k < CLASSES; k++) {
      Explanation.ClassShare share = actual.classes().get(k);
      Explanation.ClassShare same = expected.classes().get(k);
      assertEquals(same.positions(), share.positions());
      assertEquals(same.iou(), share.iou());
      near(same.byChannel(), share.byChannel());
      near(same.lossIfRight(), share.lossIfRight());
      near(same.lossIfWrong(), share.lossIfWrong());
    }
    for (int i = 0; i < expected.byRegion().size(); i++) {
      near(expected.byRegion().get(i).value(), actual.byRegion().get(i).value(), 1);
    }
  }

  private static void near(Optional<Double> expected, Optional<Double> actual) {
    assertEquals(expected.isPresent(), actual.isPresent());
    expected.ifPresent(value -> near(value, actual.get(), 1));
  }

  /** Each place gets its own numbers, in whatever order the loss adds them up. */
  @ParameterizedTest
  @ValueSource(strings = {"flat", "moved", "moved_flat", "reversed", "halves"})
  void theOrderOfTheSumsDoesNotMatter(String loss) {
    List<Explanation.Region> expected = explain("whole").byRegion();
    List<Explanation.Region> actual = explain(loss).byRegion();
    assertEquals(SIDE * SIDE, actual.size());
    for (int i = 0; i < actual.size(); i++) {
      near(expected.get(i).value(), actual.get(i).value(), 1);
    }
  }

  /** Parts of a loss of about that size. */
  private static void near(double expected, double actual, double whole) {
    Tolerance.CLOSE.check(expected, actual, whole, "part");
  }
}
