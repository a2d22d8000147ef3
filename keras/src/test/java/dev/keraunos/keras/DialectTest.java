package dev.keraunos.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.error.InputException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which code base and release a version text names, and what follows from it. */
class DialectTest {
  @ParameterizedTest
  @CsvSource({
    "0.3.3, KERAS_1, 0.3.3",
    "1.2.2, KERAS_1, 1.2.2",
    "2.0, KERAS_2, 2.0",
    "2.3.1, KERAS_2, 2.3.1",
    "2.1.5-tf, GRAPH, 1.9",
    "2.1.6-tf, GRAPH, 1.9",
    "2.2.4-tf1.13, GRAPH, 1.13",
    "2.2.4-tf, GRAPH, 1.14",
    "2.2.4-tf2.1, GRAPH, 2.1",
    "2.3.0-tf, TF_KERAS, 2.2",
    "2.4.0-tf2.3, TF_KERAS, 2.3",
    "2.4.0, TF_KERAS, 2.4",
    "2.15.0-v1, GRAPH, 2.15",
    "2.13.1-rc0, TF_KERAS, 2.13.1",
    "2.21.0, TF_KERAS, 2.21",
    "3.15.1, KERAS_3, 3.15.1",
    "3.16.0-dev, KERAS_3, 3.16"
  })
  void lineAndRelease(String text, Line line, String release) {
    KerasVersion version = KerasVersion.parse(text);
    assertEquals(line, version.line());
    assertEquals(release, version.release().toString());
  }

  /** The releases on both sides of where a rule begins or ends. */
  @ParameterizedTest
  @CsvSource({
    "BATCHES_COUNT_ONCE, 2.21.0, 3.0.0, 3.1.1, 3.2.0",
    "EXPANDS_VECTORS_TOO, 3.0.4, 3.0.5, 3.15.1, 2.15.0",
    "SPARSE_ACCURACY_FLATTENS_LABELS, 2.2.2, 2.2.3, 2.2.4, 2.2.5",
    "REMEMBERS_LOGITS, 2.2.4-tf1.13, 2.2.4-tf, 3.15.1, 3.15.1:jax",
    "GOES_BACK_TO_LOGITS, 2.3.1, 1.0.0, 2.2.4-tf1.13, 2.2.4-tf",
    "ARGMAX_TELLS_ZEROS_APART, 3.8.0, 3.9.0, 3.15.1:numpy, 3.15.1:torch"
  })
  void has(Quirk quirk, String before, String first, String last, String after) {
    assertFalse(Dialect.parse(before).has(quirk), before);
    assertTrue(Dialect.parse(first).has(quirk), first);
    assertTrue(Dialect.parse(last).has(quirk), last);
    assertFalse(Dialect.parse(after).has(quirk), after);
  }

  @Test
  void whatAUserAsksFor() {
    assertEquals("3.15.1:jax", Dialect.parse("3.15.1:jax").toString());
    assertEquals("2.2.4:tensorflow", Dialect.parse("2.2.4").toString());
    assertEquals("2.15.0-v1:tensorflow", Dialect.parse("2.15.0-v1").toString());
    for (String none : new String[] {"newest", "3.15.1:mxnet", "", "1.3", "2.22", "3.16", "9.9"}) {
      assertThrows(InputException.class, () -> Dialect.parse(none), none);
    }
  }

  /** What the configs of the TensorFlows that call their Keras the same do not share. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2.2.4-tf | {'class_name': 'Model'} | {'lr': 0.1} | 1.13 |",
        "2.2.4-tf | {'class_name': 'Model'} | {'learning_rate': 0.1} | 1.14 |",
        "2.2.4-tf | {'class_name': 'Model'} | | 1.14 | 2.2.4-tf1.13",
        "2.2.4-tf | {'class_name': 'InputLayer', 'bias_initializer': {'class_name': 'Zeros'}} | |"
            + " 2.0 |",
        "2.2.4-tf | {'class_name': 'InputLayer', 'ragged': false, 'bias_initializer':"
            + " {'class_name': 'Zeros'}} | | 2.1 |",
        "2.3.0-tf | {'class_name': 'Model'} | | 2.2 | 2.3.0-tf2.1",
        "2.3.0-tf | {'class_name': 'Sequential'} | | 2.1 |",
        "2.3.0-tf | {'class_name': 'Sequential', 'build_input_shape': null} | | 2.2 |",
        "2.4.0 | {'class_name': 'Functional'} | | 2.4 | 2.4.0-tf2.3",
        "2.5.0 | {'class_name': 'Functional'} | | 2.5 |"
      })
  void filesOfSeveralTensorFlows(
      String keras, String config, String training, String tensorFlow, String other)
      throws IOException {
    JsonNode json = new ObjectMapper().readTree(config.replace('\'', '"'));
    String compiled = training == null ? "" : training.replace('\'', '"');
    Dialect dialect = Dialect.ofFile(keras, "tensorflow", json, compiled);
    assertEquals(other == null ? List.of() : List.of(other), dialect.others());
    KerasVersion expected = KerasVersion.parse(keras);
    expected = expected.tensorFlows().isEmpty() ? expected : expected.of(tensorFlow);
    assertEquals(tensorFlow, expected.release().toString());
    for (Quirk quirk : Quirk.values()) {
      assertEquals(quirk.isIn(expected, Backend.TENSORFLOW), dialect.has(quirk), quirk.name());
    }
  }
}
