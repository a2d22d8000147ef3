package dev.keraunos.importer.internal.summary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How what a file calls things is shown. */
class NamesTest {
  private static JsonNode json(String text) throws Exception {
    return new JsonMapper().readTree(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource({
    "SparseTopKCategoricalAccuracy, sparse_top_k_categorical_accuracy",
    "MeanSquaredError, mean_squared_error",
    "AUC, auc",
    "MeanIoU, mean_io_u"
  })
  void classesAreNamedAsKerasNamesThem(String className, String name) throws Exception {
    JsonNode saved = json("{'class_name': '" + className + "', 'config': {}}");
    assertEquals(name, Settings.canonical(saved).asText());
  }

  @Test
  void wrappersAndPackagesOfTfKerasAreNoNames() throws Exception {
    JsonNode metric =
        json("{'class_name': 'MeanMetricWrapper', 'config': {'name': 'accuracy', 'fn': 'x'}}");
    assertEquals("accuracy", Settings.canonical(metric).asText());
    JsonNode training =
        json("{'optimizer_config': {'class_name': 'Custom>Adam', 'config': {'beta_1': 0.9}}}");
    assertEquals("Adam", Settings.compiled(training).get("optimizer").asText());
  }

  @Test
  void longTextsAndListsAreCut() throws Exception {
    assertEquals("xxxxxxxxxxxxxxxxxxxxxxxx... (100 characters)", text("'" + "x".repeat(100) + "'"));
    assertEquals("(1, 1, 1, 1, 1, 1, 1, 1, ... 20 in all)", text("[" + "1, ".repeat(19) + "1]"));
    assertEquals("(3, 5)", text("[3, 5]"));
  }

  private static String text(String json) throws Exception {
    return Settings.text(json(json));
  }

  @Test
  void nothingInANameMovesTheCursor() {
    assertEquals("a?b?[31mc?d", TextTable.printable("a\nb\u001b[31mc\u202ed"));
  }
}
