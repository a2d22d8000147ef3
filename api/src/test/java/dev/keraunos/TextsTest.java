package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.RecordedCases;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * How texts go into a model and come out of it. {@code texts_and_noise.h5} is of tf_keras 2.21:
 * {@code GaussianNoise} called with {@code training=True} on an input of numbers, and on a Dense
 * layer behind TextVectorization of an input of texts, both concatenated; {@code
 * ragged_attention.h5} too: {@code TextVectorization(ragged=True)}, Embedding, MultiHeadAttention.
 */
class TextsTest {
  private static KerasModel load(String name) {
    return KerasModel.load(RecordedCases.file("keras3/" + name));
  }

  @Test
  void textsAreGivenAsAnArray() {
    Recorded recorded = Recorded.of("keras3/text/sequential.keras");
    Tensor texts = recorded.arrays("inputs").values().iterator().next();
    float[] expected = recorded.arrays("outputs").values().iterator().next().toFloatArray();
    try (KerasModel model = load("text/sequential.keras")) {
      assertEquals(DType.STRING, model.inputType(model.inputNames().get(0)));
      assertArrayEquals(expected, model.predict(texts.toStringArray()));
      assertArrayEquals(expected, model.predict(texts).toFloatArray());
    }
  }

  @Test
  void textsAndNumbersAreNotMistaken() {
    try (KerasModel model = load("text/sequential.keras")) {
      refused(() -> model.predict(new float[] {1, 2}), "takes texts, given is float32");
      refused(() -> model.predict(Tensor.of(new String[] {"a", "b"}, 1, 2)), "takes string");
    }
    try (KerasModel model = load("features/integer_lookup_known.keras")) {
      Tensor texts = Tensor.of(new String[] {"a", "b", "c"}, 1, 3);
      refused(() -> model.predict(Map.of("x", texts)), "input 'x' takes numbers, given is string");
    }
  }

  @Test
  void whatKerasRefusesWhileItComputesIsRefused() {
    try (KerasModel model = load("text/string_lookup_known.keras")) {
      Tensor texts = Tensor.of(new String[] {"a", "b", "zz"}, 1, 3);
      refused(() -> model.predict(Map.of("x", texts)), "'zz' is not in the vocabulary");
    }
    try (KerasModel model = load("features/integer_lookup_known.keras")) {
      Tensor numbers = Tensor.of(new int[] {12, 36, 5}, 1, 3);
      refused(() -> model.predict(Map.of("x", numbers)), "'5' is not in the vocabulary");
    }
    try (KerasModel model = load("features/category_encoding_rows.keras")) {
      Tensor numbers = Tensor.of(new int[] {0, 1, 2, -3}, 1, 4);
      refused(() -> model.predict(Map.of("x", numbers)), "the category -3 is given");
    }
  }

  /** Of the host alone, of the graph alone, and of both in one call. */
  @Test
  void layersAndOutputsAreAskedForTogether() {
    try (KerasModel model = load("text/string_lookup_inverted.keras")) {
      Map<String, Tensor> inputs = Map.of("x", Tensor.of(new long[] {1, 2, 0, 9}, 1, 4));
      Map<String, Tensor> found = model.predict(inputs, List.of("plain", "masked"));
      assertArrayEquals(
          new String[] {"a", "b", "[UNK]", "[UNK]"}, found.get("plain").toStringArray());
      assertEquals("", found.get("masked").getString(2));
    }
    try (KerasModel model = load("text/review.keras")) {
      Map<String, Tensor> inputs =
          Map.of(
              "text", Tensor.of(new String[] {"foo bar", ""}),
              "kind", Tensor.of(new String[] {"a", "zz"}),
              "size", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
      Map<String, Tensor> found =
          model.predict(inputs, List.of("text_vectorization", "string_lookup_1", "dense_1"));
      assertEquals(Shape.of(2, 6), found.get("text_vectorization").shape());
      assertEquals(Shape.of(2, 1), found.get("dense_1").shape());
      assertArrayEquals(
          new long[] {0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0},
          found.get("string_lookup_1").toLongArray());
    }
  }

  /** Random numbers are inputs of the graph too, before and behind those made of texts. */
  @Test
  void textsGoWithLayersThatDraw() throws URISyntaxException {
    Path file = Path.of(TextsTest.class.getResource("texts_and_noise.h5").toURI());
    Map<String, Tensor> inputs =
        Map.of(
            "x", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
            "t", Tensor.of(new String[] {"a b a", "c"}, 2, 1));
    try (KerasModel model = KerasModel.load(file)) {
      Tensor first = model.predict(inputs).values().iterator().next();
      Tensor second = model.predict(inputs).values().iterator().next();
      assertEquals(Shape.of(2, 8), first.shape());
      float[] drawn = second.toFloatArray();
      for (float number : first.toFloatArray()) {
        for (float other : drawn) {
          assertTrue(number != other);
        }
      }
    }
  }

  @Test
  void rowsOfDifferentLengthsAreNotFilledUp() throws IOException {
    JsonNode recorded;
    try (InputStream json = TextsTest.class.getResourceAsStream("ragged_rows.json")) {
      recorded = new ObjectMapper().readTree(json);
    }
    long[][] rows = new ObjectMapper().convertValue(recorded.get("rows"), long[][].class);
    float[][] expected =
        new ObjectMapper().convertValue(recorded.get("predicted"), float[][].class);
    try (KerasModel model = KerasModel.load(RecordedCases.file("tfk/text/ragged_input.h5"))) {
      Tensor together = Tensor.of((float[][]) model.predictArray(rows));
      Tolerance.PREDICTION.check(Tensor.of(expected), together, "rows");
      refused(() -> model.predictArray(new long[][] {{1}, null}), "null at [0]");
    }
  }

  @Test
  void raggedResultsAreRefused() throws URISyntaxException {
    Map<String, Tensor> inputs =
        Map.of(
            "x", Tensor.of(new String[] {"foo bar", "foo"}, 2, 1),
            "y", Tensor.zeros(DType.FLOAT32, 2, 3));
    try (KerasModel model = KerasModel.load(RecordedCases.file("tfk/text/ragged_recurrent.h5"))) {
      refused(
          () -> model.predict(inputs, List.of("dense_1", "embedding")),
          "'embedding' has rows of another length for each sample");
    }
    Path file = Path.of(TextsTest.class.getResource("ragged_attention.h5").toURI());
    String message =
        assertThrows(KeraunosException.class, () -> KerasModel.load(file)).getMessage();
    assertTrue(message.contains("multi_head_attention") && message.contains("ragged=False"));
  }

  @Test
  void aFeatureSpaceTakesColumnsOrVectors() {
    Recorded recorded = Recorded.of("keras3/text/feature_space.keras");
    try (KerasModel model = load("text/feature_space.keras")) {
      assertTrue(model.inputNames().containsAll(Set.of("age", "city")));
      Map<String, Tensor> vectors = new java.util.HashMap<>(recorded.arrays("inputs"));
      vectors.replaceAll((name, column) -> column.reshape(column.size()));
      Tensor expected = recorded.arrays("outputs").get("tfd_concat");
      assertArrayEquals(
          expected.toFloatArray(), model.predict(vectors).get("tfd_concat").toFloatArray());
    }
  }

  private static void refused(Runnable call, String reason) {
    String message = assertThrows(InputException.class, call::run).getMessage();
    assertTrue(message.contains(reason), message);
  }
}
