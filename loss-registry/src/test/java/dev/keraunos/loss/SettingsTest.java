package dev.keraunos.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged settings of losses, metrics and regularisers are refused, with what is allowed. */
class SettingsTest {
  private static final LossRegistry REGISTRY = LossRegistry.standard();

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  private static void refused(Function<JsonNode, ?> make, String name, String config) {
    String key = config.substring(config.indexOf('\'') + 1, config.lastIndexOf("':"));
    JsonNode saved = json("{'class_name': '" + name + "', 'config': {" + config + "}}");
    String told =
        assertThrows(ModelFileException.class, () -> make.apply(saved), config).getMessage();
    assertTrue(told.contains("'" + key), told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Huber | 'delta': '0.1'",
        "Huber | 'quantile': 0.9",
        "BinaryCrossentropy | 'from_logits': 'yes'",
        "BinaryCrossentropy | 'gamma': 3",
        "CategoricalCrossentropy | 'axis': 1.5",
        "CategoricalCrossentropy | 'label_smoothing': '0.1'",
        "SparseCategoricalCrossentropy | 'ignore_class': 'none'",
        "MeanSquaredError | 'axis': 2",
        "Tversky | 'alpha': {}",
        "Dice | 'axis': ['a']"
      })
  void ofLosses(String name, String config) {
    refused(REGISTRY::loss, name, config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "F1Score | 'average': 'nope'",
        "MeanIoU | 'num_classes': 0",
        "MeanIoU | 'num_classes': -1",
        "OneHotIoU | 'num_classes': '3'",
        "TopKCategoricalAccuracy | 'k': -1",
        "TopKCategoricalAccuracy | 'k': 2.5",
        "AUC | 'num_thresholds': 1",
        "AUC | 'curve': 'nope'",
        "AUC | 'summation_method': 7",
        "Precision | 'top_k': 'two'",
        "R2Score | 'class_aggregation': 'nope'",
        "BinaryAccuracy | 'thresholds': 0.3",
        "MeanAbsoluteError | 'surprise': 1"
      })
  void ofMetrics(String name, String config) {
    refused(REGISTRY::metric, name, config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "L2 | 'l2': '0.01'",
        "L1L2 | 'l3': 0.01",
        "OrthogonalRegularizer | 'mode': 'diagonals'"
      })
  void ofRegularizers(String name, String config) {
    refused(REGISTRY::regularizer, name, config);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'loss': 'mse', 'loss_weights': 'x'}",
        "{'loss': 'mse', 'loss_weights': ['2']}",
        "{'loss': 'mse', 'loss_weights': {'out': true}}",
        "{'loss': {'elsewhere': 'mse', 'out': 'mse'}}",
        "{'loss': {'elsewhere': 'mse'}}",
        "{'loss': 'mse', 'loss_weights': {'elsewhere': 2}}",
        "{'loss': 'mse', 'metrics': {'elsewhere': ['mae']}}",
        "{'loss': {'class_name': 'MeanSquaredError', 'config': {'reduction': 'nope'}}}"
      })
  void ofCompile(String compiled) {
    ofCompile(compiled, List.of("2.15.0", "3.5.0", "3.15.1"));
  }

  /** TensorFlow's Keras leaves further weights out. */
  @Test
  void ofMoreWeightsThanLosses() {
    ofCompile("{'loss': 'mse', 'loss_weights': [1, 2, 3]}", List.of("3.5.0", "3.15.1"));
  }

  private static void ofCompile(String compiled, List<String> kerases) {
    for (String keras : kerases) {
      Evaluation.Builder builder =
          Evaluation.builder(
              CompileSpec.of(json(compiled)),
              List.of(new OutputSpec("out", Shape.of(-1, 3))),
              Dialect.parse(keras));
      assertThrows(InputException.class, builder::build, keras + " " + compiled);
    }
  }

  /** What Keras itself writes, in all its forms. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'class_name': 'Huber', 'config': {'name': 'h', 'reduction': 'sum', 'delta': 1}}",
        "{'class_name': 'Dice', 'config': {'axis': {'class_name': '__tuple__', 'items': [1, 2]}}}",
        "{'class_name': 'BinaryCrossentropy', 'config': {'from_logits': 1, 'axis': [-1]}}",
        "{'class_name': 'MeanSquaredError', 'config': {'fn': 'mean_squared_error', 'dtype': null}}"
      })
  void whatKerasWrites(String saved) {
    assertEquals(BuiltInLoss.class, REGISTRY.loss(json(saved)).getClass().getSuperclass());
  }
}
