package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Predictions from arrays, lists and iterators are what Keras recorded. */
class ArraysTest {
  private static final String ONE = "keras2.2.4/models/sequential.h5";
  private static final String SEVERAL = "keras2.2.4/models/several_outputs_of_nested.h5";

  private static Tensor only(Map<String, Tensor> arrays) {
    return arrays.values().iterator().next();
  }

  private static String refused(Executable call) {
    return assertThrows(InputException.class, call).getMessage();
  }

  @Test
  void nestedArraysGoInAndComeOut() {
    Recorded recorded = Recorded.of(ONE);
    Tensor input = only(recorded.arrays("inputs"));
    Tensor output = only(recorded.arrays("outputs"));
    Object doubles = input.cast(DType.FLOAT64).toArray();
    try (KerasModel model = recorded.loader().load(recorded.model())) {
      for (Object given :
          List.of(input.toArray(), doubles, input.toFloatArray(), input.toDoubleArray())) {
        float[][] predicted = (float[][]) model.predictArray(given);
        Tolerance.PREDICTION.check(output, Tensor.of(predicted), "predictions");
      }
    }
  }

  @Test
  void anotherLayoutIsRefusedWithBothShapes() {
    Recorded recorded = Recorded.of(ONE);
    try (KerasModel model = recorded.loader().load(recorded.model())) {
      String message = refused(() -> model.predictArray(new float[1][2][9]));
      assertTrue(message.contains("(?, 9, 2)") && message.contains("(1, 2, 9)"), message);
      String single = refused(() -> model.predictArray(new float[9][2]));
      assertTrue(single.contains("(?, 9, 2)") && single.contains("(9, 2)"), single);
      float[][][] ragged = new float[2][9][2];
      ragged[1][4] = new float[3];
      assertTrue(refused(() -> model.predictArray(ragged)).contains("[1][4] has the length 3"));
      assertTrue(refused(() -> model.predictArray(new float[19])).contains("19 numbers"));
      assertTrue(refused(() -> model.predictArray(Map.of())).contains("allowed: a Tensor"));
      assertTrue(refused(() -> model.predictArray(null)).contains("given is null"));
    }
  }

  @Test
  void shapesAndTypesAreTold() {
    Recorded recorded = Recorded.of(ONE);
    try (KerasModel model = recorded.loader().load(recorded.model())) {
      assertEquals(Shape.of(-1, 9, 2), model.inputShape());
      assertEquals(Shape.of(-1, 3), model.outputShape());
      recorded
          .arrays("activations")
          .forEach(
              (layer, recordedValue) -> {
                assertEquals(
                    recordedValue.shape(),
                    model.outputShape(layer).with(0, recordedValue.shape().dim(0)),
                    layer);
                assertEquals(recordedValue.dtype(), model.outputType(layer), layer);
              });
      assertTrue(refused(() -> model.outputShape("none")).contains("nor a layer"));
    }
    try (KerasModel model = Recorded.of(SEVERAL).loader().load(Recorded.of(SEVERAL).model())) {
      assertTrue(refused(model::outputShape).contains("say which one"));
    }
  }

  @Test
  void listsAreInTheModelsOrder() {
    Recorded recorded = Recorded.of(SEVERAL);
    try (KerasModel model = recorded.loader().load(recorded.model())) {
      Map<String, Tensor> inputs = recorded.arrays("inputs");
      List<Tensor> given = model.inputNames().stream().map(inputs::get).toList();
      List<Tensor> predicted = model.predict(given);
      assertEquals(model.outputNames().size(), predicted.size());
      assertTrue(predicted.size() > 1, "there are several");
      for (int i = 0; i < predicted.size(); i++) {
        String name = model.outputNames().get(i);
        Tolerance.PREDICTION.check(recorded.arrays("outputs").get(name), predicted.get(i), name);
      }
      List<Tensor> more = new ArrayList<>(given);
      more.add(given.get(0));
      assertTrue(refused(() -> model.predict(more)).contains("in the order of"));
    }
  }

  private static Stream<JsonNode> classes() throws IOException {
    JsonNode cases =
        new ObjectMapper().readTree(ArraysTest.class.getResourceAsStream("clients/classes.json"));
    return Stream.iterate(0, i -> i < cases.size(), i -> i + 1).map(cases::get);
  }

  @ParameterizedTest
  @MethodSource("classes")
  void classesAreThoseOfPredictClasses(JsonNode recorded) {
    Recorded of = Recorded.of(recorded.path("model").asText());
    int[] expected = new ObjectMapper().convertValue(recorded.path("classes"), int[].class);
    Tensor input = only(of.arrays("inputs"));
    try (KerasModel model = of.loader().load(of.model())) {
      assertArrayEquals(expected, model.predictClasses(input));
      assertArrayEquals(expected, model.predictClasses(input.toArray()));
    }
  }

  @Test
  void whatHasNoClassesIsRefused() {
    assertTrue(refused(() -> Classes.of(Tensor.zeros(DType.FLOAT32, 3))).contains("(3)"));
    assertTrue(refused(() -> Classes.of(Tensor.zeros(DType.FLOAT32, 3, 0))).contains("(3, 0)"));
    assertTrue(refused(() -> Classes.of(Tensor.zeros(DType.STRING, 3, 2))).contains("string"));
  }

  /** As {@code numpy.argmax}, and {@code p > 0.5}. */
  @Test
  void tiesAndNotANumber() {
    float nan = Float.NaN;
    float[][] scores = {{1, 3, 3}, {3, 1, 3}, {1, nan, 2}, {nan, 5, nan}, {-2, -1, -3}};
    assertArrayEquals(new int[] {1, 0, 1, 0, 1}, Classes.of(Tensor.of(scores)).numbers());
    assertArrayEquals(
        new int[] {0, 1, 0, 0},
        Classes.of(Tensor.of(new float[][] {{0.5f}, {0.75f}, {0}, {nan}})).numbers());
  }

  @Test
  void anIteratorIsPredictedInBatchesAndInOrder() {
    Recorded recorded = Recorded.of(ONE);
    float[][] samples = new float[7][];
    Tensor input = only(recorded.arrays("inputs"));
    for (int i = 0; i < samples.length; i++) {
      samples[i] = input.rows(i % 3, i % 3 + 1).toFloatArray();
    }
    Tensor output = only(recorded.arrays("outputs"));
    try (KerasModel model = recorded.loader().load(recorded.model())) {
      for (int batch : new int[] {1, 3, 7, 100}) {
        Iterator<float[]> predicted = model.predict(List.of(samples).iterator(), batch);
        for (int i = 0; i < samples.length; i++) {
          Tensor expected = output.rows(i % 3, i % 3 + 1);
          Tensor found = Tensor.of(predicted.next(), 1, 3);
          Tolerance.PREDICTION.check(expected, found, batch + " at a time, sample " + i);
        }
        assertThrows(NoSuchElementException.class, predicted::next);
      }
    }
  }

  @Test
  void noMoreSamplesAreReadThanABatch() {
    Recorded recorded = Recorded.of(ONE);
    List<Integer> read = new ArrayList<>();
    Iterator<float[]> endless =
        Stream.iterate(0, i -> i + 1).peek(read::add).map(i -> new float[18]).iterator();
    try (KerasModel model = recorded.loader().load(recorded.model())) {
      Iterator<float[]> predicted = model.predict(endless, 4);
      assertEquals(List.of(), read);
      for (int i = 0; i < 5; i++) {
        predicted.next();
      }
      assertEquals(8, read.size());
    }
  }

  @Test
  void samplesThatDoNotFitAreRefusedByTheirNumber() {
    Recorded recorded = Recorded.of(ONE);
    try (KerasModel model = recorded.loader().load(recorded.model())) {
      Iterator<float[]> good = List.of(new float[18], new float[17]).iterator();
      assertTrue(refused(model.predict(good, 2)::next).contains("sample 1 has 17 numbers"));
      assertTrue(refused(() -> model.predict(good, 0)).contains("at least 1"));
    }
    try (KerasModel model = Recorded.of(SEVERAL).loader().load(Recorded.of(SEVERAL).model())) {
      assertTrue(
          refused(() -> model.predict(List.of(new float[1]).iterator(), 2)).contains("outputs"));
    }
  }

  /** States go on from batch to batch, as in one predict of Keras. */
  @Test
  void statesGoOnAlongTheIterator() {
    Recorded recorded = Recorded.of("keras2.2.4/rnn/stateful.h5");
    Tensor input = only(recorded.arrays("inputs"));
    float[] all = input.toFloatArray();
    int size = all.length / 3;
    List<float[]> samples = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      samples.add(java.util.Arrays.copyOfRange(all, i % 3 * size, (i % 3 + 1) * size));
    }
    try (KerasModel model = recorded.loader().load(recorded.model());
        Session session = model.session()) {
      Iterator<float[]> predicted = model.predict(samples.iterator(), 3);
      for (int call = 0; call < 2; call++) {
        float[] expected = session.predict(all);
        int width = expected.length / 3;
        for (int i = 0; i < 3; i++) {
          float[] row = java.util.Arrays.copyOfRange(expected, i * width, (i + 1) * width);
          assertArrayEquals(row, predicted.next());
        }
      }
    }
  }
}
