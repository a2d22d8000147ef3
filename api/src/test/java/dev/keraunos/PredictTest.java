package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.RecordedCases;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * What predict makes of what it is given. The models are those of tf_keras 2.21 with {@code x =
 * Input((3, 1), name="x")}: {@code flatten.h5} is {@code Model(x, Flatten(name="flat")(x))}, {@code
 * no_outputs.h5} is {@code Model(x, [])}.
 */
class PredictTest {
  private static KerasModel load(String name) throws URISyntaxException {
    return KerasModel.load(Path.of(PredictTest.class.getResource(name).toURI()));
  }

  /** tf.keras saves and loads such a model, and fails when it predicts. */
  @Test
  void aModelWithoutOutputsIsRefusedWhenAsked() throws URISyntaxException {
    try (KerasModel model = load("no_outputs.h5")) {
      Map<String, Tensor> inputs = Map.of("x", Tensor.of(new float[] {1, 2, 3}, 1, 3, 1));
      assertEquals(List.of(), model.outputNames());
      String message = assertThrows(InputException.class, () -> model.predict(inputs)).getMessage();
      assertTrue(message.contains("the model has no outputs"), message);
    }
  }

  /** As {@code Functional._adjust_input_rank} of Keras 3 and its like in tf.keras have it. */
  @Test
  void aLastAxisOfOneMayBeMissingOrThere() throws URISyntaxException {
    try (KerasModel model = load("flatten.h5")) {
      float[] numbers = {1, 2, 3, 4, 5, 6};
      for (long[] dims : new long[][] {{2, 3}, {2, 3, 1}, {2, 3, 1, 1}}) {
        assertArrayEquals(numbers, model.predict(Tensor.of(numbers, dims)).toFloatArray());
      }
      assertThrows(InputException.class, () -> model.predict(Tensor.of(numbers, 2, 1, 3)));
      assertThrows(InputException.class, () -> model.predict(Tensor.of(numbers, 6)));
    }
  }

  @Test
  void warmsUpForTextsAndStates() {
    for (String name : List.of("keras3/text/sequential.keras", "keras3/stateful/lstm.keras")) {
      try (KerasModel model = KerasModel.load(RecordedCases.file(name))) {
        model.warmUp(2);
        assertEquals(1, model.outputNames().size());
      }
    }
  }

  @Test
  void warmingUpForUnknownStepsIsRefused() {
    try (KerasModel model =
        KerasModel.load(RecordedCases.file("keras3/text/string_lookup_unknown_length.keras"))) {
      String message = assertThrows(InputException.class, () -> model.warmUp(2)).getMessage();
      assertTrue(message.contains("a prediction of a shape that callers will send"), message);
    }
  }

  @Test
  void warmingUpForNoSamplesIsRefused() throws URISyntaxException {
    try (KerasModel model = load("flatten.h5")) {
      for (int samples : new int[] {0, -1}) {
        String message =
            assertThrows(InputException.class, () -> model.warmUp(samples)).getMessage();
        assertEquals("samples must be at least 1, not " + samples, message);
      }
    }
  }

  @Test
  void nullIsRefusedWithASentence() throws URISyntaxException {
    try (KerasModel model = load("flatten.h5")) {
      List<Executable> calls =
          List.of(
              () -> model.predict((float[]) null),
              () -> model.predict((String[]) null),
              () -> model.predict((Tensor) null),
              () -> model.predict((Map<String, Tensor>) null),
              () -> model.predict((List<Tensor>) null),
              () -> model.predict(Collections.singletonList(null)),
              () -> model.predict(Collections.singletonMap(model.inputNames().get(0), null)));
      for (Executable call : calls) {
        String message = assertThrows(InputException.class, call).getMessage();
        assertTrue(message.matches("given is null; .*|input .* is missing; .*"), message);
      }
    }
  }
}
