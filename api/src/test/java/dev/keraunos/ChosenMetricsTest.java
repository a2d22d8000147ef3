package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.UnknownNameException;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Metrics and confusion of models that were saved without them, as {@code record_clients.py} had
 * Keras compute them.
 */
class ChosenMetricsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CATEGORICAL = "tfk/losses/categorical_crossentropy.h5";

  private static Stream<JsonNode> recorded() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    for (String oracle : List.of("keras3", "tfk")) {
      JSON.readTree(ChosenMetricsTest.class.getResourceAsStream("clients/" + oracle + ".json"))
          .forEach(cases::add);
    }
    return cases.stream();
  }

  private static Object targets(JsonNode json, Class<?> element) {
    Class<?> type = element;
    for (JsonNode level = json; level.isArray(); level = level.get(0)) {
      type = type.arrayType();
    }
    return JSON.convertValue(json, type);
  }

  private static Dataset data(Recorded of, Object y) {
    return Dataset.of(of.arrays("inputs").values().iterator().next(), y);
  }

  private static String refused(Executable call) {
    return assertThrows(InputException.class, call).getMessage();
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void metricsAreThoseOfKeras(JsonNode recorded) {
    Recorded of = Recorded.of(recorded.path("model").asText());
    String[] metrics = JSON.convertValue(recorded.path("metrics"), String[].class);
    boolean whole =
        StreamSupport.stream(recorded.path("targets").spliterator(), false)
            .anyMatch(JsonNode::isInt);
    Dataset data = data(of, targets(recorded.path("targets"), whole ? int.class : float.class));
    try (KerasModel model = KerasModel.load(of.model())) {
      Map<String, Double> found = model.evaluate(data, 3, metrics);
      assertEquals(metrics.length, found.size(), found::toString);
      recorded
          .path("values")
          .properties()
          .forEach(
              value -> {
                double metric = found.get(value.getKey());
                Tolerance.CLOSE.check(value.getValue().asDouble(), metric, value.getKey());
              });
      assertEquals(found, model.evaluate(List.of(data).iterator(), 3, metrics));
    }
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void confusionIsThatOfTensorFlow(JsonNode recorded) {
    Recorded of = Recorded.of(recorded.path("model").asText());
    double[][] matrix = JSON.convertValue(recorded.path("confusion"), double[][].class);
    Dataset data = data(of, targets(recorded.path("targets"), float.class));
    try (KerasModel model = KerasModel.load(of.model())) {
      Confusion confusion = model.confusion(data, 3);
      assertEquals(matrix.length, confusion.classes());
      for (int k = 0; k < matrix.length; k++) {
        for (int j = 0; j < matrix.length; j++) {
          assertEquals(matrix[k][j], confusion.count(k, j), k + " taken for " + j);
        }
      }
      for (int k = 0; k < recorded.path("precision").size(); k++) {
        Tolerance.CLOSE.check(
            recorded.path("precision").get(k).asDouble(), confusion.precision(k), "precision " + k);
        Tolerance.CLOSE.check(
            recorded.path("recall").get(k).asDouble(), confusion.recall(k), "recall " + k);
      }
      JsonNode accuracy = recorded.path("values").path("accuracy");
      Tolerance.CLOSE.check(
          accuracy.asDouble(confusion.accuracy()), confusion.accuracy(), "accuracy");
    }
  }

  /** What the model was compiled with is what its name stands for among chosen metrics too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "keras1.2.2/evaluate/masked_classes.h5",
        "keras1.2.2/evaluate/metric_names.h5",
        "keras2.0.9/evaluate/masked_and_weighted.h5",
        "keras2.2.4/evaluate/binary_crossentropy.h5",
        "keras2.2.4/evaluate/binary_crossentropy_one_unit.h5",
        "keras2.2.4/evaluate/image_of_classes.h5",
        "keras3/losses/masked_categorical.keras",
        "keras3/losses/categorical_crossentropy.keras",
        "tfk/losses/categorical_crossentropy.h5"
      })
  void chosenMetricsAreThoseCompiled(String name) {
    Recorded of = Recorded.of(name);
    try (KerasModel model = KerasModel.load(of.model())) {
      JsonNode saved = model.imported().archive().training().orElseThrow().path("metrics");
      JsonNode list = saved.path(0).isArray() ? saved.get(0) : saved;
      Map<String, Double> chosen =
          model.evaluate(
              of.data(),
              3,
              StreamSupport.stream(list.spliterator(), false)
                  .map(metric -> metric.isTextual() ? metric.asText() : metric.toString())
                  .toArray(String[]::new));
      Map<String, Double> compiled = model.evaluate(of.data(), 3);
      compiled.remove("loss");
      assertFalse(chosen.isEmpty());
      assertEquals(
          compiled.values().stream().sorted().toList(), chosen.values().stream().sorted().toList());
      assertFalse(chosen.containsKey("loss"));
    }
  }

  /** Keras 2.2 asks the loss what accuracy is; without one the shapes say it. */
  @Test
  void accuracyOfAnOldModelWithoutALossGoesByShape() {
    Recorded of = Recorded.of("keras2.2.4/models/sequential.h5");
    int[] predicted = {0, 2, 2}; // predict_classes, clients/classes.json
    try (KerasModel model = KerasModel.load(of.model())) {
      assertFalse(model.compileSpec().isCompiled());
      for (Object y : List.of(predicted, Dataset.oneHot(predicted, 3))) {
        assertEquals(Map.of("accuracy", 1.0), model.evaluate(data(of, y), 2, "accuracy"));
      }
    }
  }

  @Test
  void lossesAndOwnMetricsAreMetricsToo() {
    Recorded of = Recorded.of(CATEGORICAL);
    LossRegistry losses =
        LossRegistry.builder()
            .metric("first", (yTrue, yPred) -> dev.keraunos.graph.Ops.multiply(yTrue, 0))
            .build();
    try (KerasModel model = KerasModel.loader().losses(losses).load(of.model())) {
      Map<String, Double> found = model.evaluate(of.data(), 3, "categorical_crossentropy", "first");
      assertEquals(List.of("categorical_crossentropy", "first"), List.copyOf(found.keySet()));
      assertEquals(0, found.get("first"));
    }
  }

  @Test
  void whatIsNoMetricIsRefused() {
    Recorded of = Recorded.of(CATEGORICAL);
    Dataset data = of.data();
    Dataset without = Dataset.of(of.arrays("inputs"), Map.of());
    try (KerasModel model = KerasModel.load(of.model())) {
      assertThrows(UnknownNameException.class, () -> model.evaluate(data, 3, "acuracy"));
      assertTrue(refused(() -> model.evaluate(data, 3, new String[0])).contains("no metric"));
      assertTrue(refused(() -> model.evaluate(data, 3, "{\"name\": 1}")).contains("class_name"));
      assertTrue(refused(() -> model.evaluate(data, 3, "{name}")).contains("is no JSON"));
      assertTrue(refused(() -> model.evaluate(data, 3, "AUC", "AUC")).contains("given twice"));
      assertTrue(refused(() -> model.evaluate(without, 3, "AUC")).contains("none of the outputs"));
      assertTrue(refused(() -> model.confusion(without, 3)).contains("none of the outputs"));
    }
  }

  /** A prediction that is NaN is of no class, which is said once, or refused. */
  @Test
  void predictionsThatAreNoNumbersAreTold() {
    Recorded of = Recorded.of(CATEGORICAL);
    Map<String, Tensor> inputs = new HashMap<>(of.arrays("inputs"));
    String name = inputs.keySet().iterator().next();
    float[] numbers = inputs.get(name).toFloatArray();
    numbers[0] = Float.NaN;
    Tensor broken = Tensor.of(numbers, inputs.get(name).shape().toArray());
    inputs.put(name, broken);
    Dataset data = Dataset.of(inputs, of.arrays("targets"));
    List<String> warnings = new ArrayList<>();
    try (KerasModel model = KerasModel.loader().warnings(warnings::add).load(of.model())) {
      model.confusion(data, 3);
      model.predictClasses(broken);
      assertEquals(2, warnings.size());
      assertEquals(warnings.get(0), warnings.get(1));
      assertTrue(warnings.get(0).contains(": 1 prediction is NaN"), warnings::toString);
      model.confusion(of.data(), 3);
      assertEquals(2, warnings.size());
    }
    try (KerasModel model = KerasModel.loader().strict().load(of.model())) {
      assertTrue(refused(() -> model.confusion(data, 3)).contains("NaN"));
      assertTrue(refused(() -> model.predictClasses(broken)).contains("NaN"));
    }
  }

  @Test
  void targetsThatNameNoClassAreRefused() {
    Recorded of = Recorded.of(CATEGORICAL);
    try (KerasModel model = KerasModel.load(of.model())) {
      for (Object y :
          List.of(
              new int[] {0, 1, 2, 3, 4, 0, 0},
              new float[] {0, 1, 0.5f, 0, 0, 0, 0},
              new int[7][4],
              new float[7][3])) {
        assertThrows(InputException.class, () -> model.confusion(data(of, y), 3));
      }
      assertTrue(
          refused(() -> model.confusion(data(of, new int[] {0, 1, 2, 3, 4, 0, 0}), 9))
              .contains("target 4.0, but its classes are 0 to 3"));
    }
  }

  @Test
  void sampleWeightsCountInConfusionAlone() {
    Recorded of = Recorded.of(CATEGORICAL);
    Tensor weights = Tensor.of(new float[] {1, 0, 0, 0, 0, 0, 0.5f}, 7);
    try (KerasModel model = KerasModel.load(of.model())) {
      String out = model.outputNames().get(0);
      Dataset weighted =
          new Dataset(of.arrays("inputs"), of.arrays("targets"), Map.of(out, weights));
      Confusion confusion = model.confusion(weighted, 2);
      double sum = 0;
      for (int k = 0; k < confusion.classes(); k++) {
        sum += confusion.support(k);
      }
      assertEquals(1.5, sum);
      assertEquals(
          model.evaluate(of.data(), 2, "accuracy"), model.evaluate(weighted, 2, "accuracy"));
      assertTrue(confusion.toString().contains("class 3"));
      assertThrows(InputException.class, () -> confusion.table(Labels.of("a")));
    }
  }

  @Test
  void dataOfOneInputAndOneOutputNeedNoNames() {
    Recorded of = Recorded.of(CATEGORICAL);
    Object x = of.arrays("inputs").values().iterator().next().toArray();
    Object y = of.arrays("targets").values().iterator().next().toArray();
    try (KerasModel model = KerasModel.load(of.model())) {
      Dataset unnamed = Dataset.of(x, y);
      assertEquals(model.evaluate(of.data(), 3), model.evaluate(unnamed, 3));
      assertEquals(model.explainLoss(of.data(), 3).loss(), model.explainLoss(unnamed, 3).loss());
    }
    Recorded several = Recorded.of("keras2.2.4/models/several_outputs_of_nested.h5");
    try (KerasModel model = KerasModel.load(several.model())) {
      assertTrue(refused(() -> model.evaluate(Dataset.of(x, y), 3, "mse")).contains("by name"));
    }
    assertTrue(refused(() -> Dataset.of(Map.of("x", 1), y)).contains("allowed: a Tensor"));
  }

  @Test
  void classNumbersBecomeVectors() {
    Tensor vectors = Dataset.oneHot(new int[] {2, 0}, 3);
    assertArrayEquals(new float[][] {{0, 0, 1}, {1, 0, 0}}, (float[][]) vectors.toArray());
    assertTrue(
        refused(() -> Dataset.oneHot(new int[] {0, 3}, 3)).contains("sample 1 is of class 3"));
    Recorded of = Recorded.of(CATEGORICAL);
    try (KerasModel model = KerasModel.load(of.model())) {
      String message = refused(() -> model.evaluate(data(of, new int[] {0, 1, 2, 3, 0, 1, 2}), 7));
      assertTrue(message.contains("Dataset.oneHot(numbers, classes)"), message);
      Tensor targets = Dataset.oneHot(new int[] {0, 1, 2, 3, 0, 1, 2}, 4);
      assertEquals(DType.FLOAT32, targets.dtype());
      assertTrue(model.evaluate(data(of, targets), 7).containsKey("loss"));
    }
  }
}
