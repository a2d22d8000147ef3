package dev.keraunos.loss.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets of another shape than the predictions: refused where that Keras refuses them. */
class TargetShapesTest {
  private static final String PREDICTED = "predicted";

  /** Every loss beside every shape of outputs and of targets, as that Keras answers. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.2",
        "2.0.9",
        "2.2.4",
        "3.0.4",
        "3.15",
        "3.8",
        "tf1.15",
        "tf2.10",
        "tf2.4",
        "tf_keras-2.21"
      })
  void asRecorded(String line) throws IOException {
    JsonNode recorded = read("shapes/" + line + ".json");
    List<String> wrong = new ArrayList<>();
    int refused = 0;
    for (Map.Entry<String, JsonNode> loss : recorded.get("answers").properties()) {
      for (Map.Entry<String, JsonNode> output : loss.getValue().properties()) {
        Evaluated evaluated = new Evaluated(recorded, loss.getKey(), output);
        for (Map.Entry<String, JsonNode> target : output.getValue().properties()) {
          if (!target.getKey().equals(PREDICTED)) {
            refused += target.getValue().isNull() ? 1 : 0;
            evaluated.fault(target).ifPresent(wrong::add);
          }
        }
      }
    }
    assertEquals(List.of(), wrong, line);
    assertTrue(refused > 0, line);
  }

  private static final List<long[]> SHAPES =
      List.of(
          new long[] {4},
          new long[] {4, 1},
          new long[] {4, 3},
          new long[] {0, 3},
          new long[] {4, 2, 3},
          new long[] {4, 1, 1},
          new long[] {4, 1, 2, 3, 2});

  private static final String LOSSES =
      "binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy"
          + " binary_focal_crossentropy categorical_focal_crossentropy"
          + " categorical_generalized_cross_entropy mean_squared_error mean_absolute_error"
          + " mean_absolute_percentage_error mean_squared_logarithmic_error hinge squared_hinge"
          + " categorical_hinge logcosh huber kl_divergence poisson cosine_similarity dice tversky"
          + " circle ctc";

  private static final String METRICS =
      "accuracy Accuracy binary_accuracy categorical_accuracy sparse_categorical_accuracy"
          + " top_k_categorical_accuracy sparse_top_k_categorical_accuracy RootMeanSquaredError"
          + " BinaryIoU TruePositives Precision Recall AUC FBetaScore F1Score R2Score";

  /** Whatever shapes meet, there are numbers or a sentence. */
  @ParameterizedTest
  @ValueSource(strings = {"1.2.2", "2.1.6-tf", "2.2.4-tf", "2.15.0", "3.15"})
  void allShapesAreComputedOrRefused(String line) {
    int computed = 0;
    List<CompileSpec> compiled = new ArrayList<>();
    Stream.of(LOSSES.split(" ")).map(CompileSpec::of).forEach(compiled::add);
    Stream.of(METRICS.split(" ")).map(m -> CompileSpec.of("mse", m)).forEach(compiled::add);
    for (CompileSpec spec : compiled) {
      for (long[] y : SHAPES) {
        for (long[] p : SHAPES) {
          computed += isComputed(spec, Dialect.parse(line), y, p) ? 1 : 0;
        }
      }
    }
    int all = computed;
    assertTrue(all > compiled.size(), () -> "only " + all);
  }

  private static boolean isComputed(CompileSpec spec, Dialect dialect, long[] y, long[] p) {
    OutputSpec output = new OutputSpec("out", Shape.of(p).with(0, Shape.UNKNOWN));
    try (Evaluation evaluation = Evaluation.builder(spec, List.of(output), dialect).build()) {
      OutputData data =
          OutputData.of(Tensor.zeros(DType.FLOAT32, y), Tensor.zeros(DType.FLOAT32, p));
      evaluation.update(Batch.of("out", data));
      evaluation.result();
      return true;
    } catch (InputException e) {
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError(
          spec.json() + " of " + Shape.of(y) + " and " + Shape.of(p) + ", " + dialect, e);
    }
  }

  private static JsonNode read(String name) throws IOException {
    try (InputStream in = TargetShapesTest.class.getResourceAsStream(name)) {
      assertNotNull(in, name);
      JsonMapper.Builder json = JsonMapper.builder();
      return json.enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build().readTree(in);
    }
  }

  private record Evaluated(JsonNode recorded, String loss, Map.Entry<String, JsonNode> output) {
    /** How an answer differs from the recorded one. */
    Optional<String> fault(Map.Entry<String, JsonNode> target) {
      String where = loss + " of " + output.getKey() + ", targets " + target.getKey() + ": ";
      JsonNode expected = target.getValue();
      double result;
      try {
        result = result(target.getKey());
      } catch (InputException e) {
        return expected.isNull()
            ? Optional.empty()
            : Optional.of(where + "refused, recorded is " + expected + ": " + e.getMessage());
      }
      if (expected.isNull()) {
        return Optional.of(where + result + ", recorded is a refusal");
      }
      boolean agrees = Tolerance.CLOSE.compare(result, expected.asDouble(Double.NaN)).ok();
      return agrees ? Optional.empty() : Optional.of(where + result + ", not " + expected);
    }

    private double result(String target) {
      Dialect dialect =
          Dialect.parse(
              recorded.get("keras_version").asText() + ":" + recorded.get("backend").asText());
      Tensor p = tensor(output.getKey(), output.getValue().get(PREDICTED));
      OutputSpec spec = new OutputSpec("out", p.shape().with(0, Shape.UNKNOWN));
      try (Evaluation evaluation =
          Evaluation.builder(CompileSpec.of(loss), List.of(spec), dialect).build()) {
        Tensor y = tensor(target, recorded.get("targets").get(target));
        if (loss.startsWith("sparse")) { // classes that there are
          for (int i = 0; i < y.size(); i++) {
            y.setDouble(i, Math.min(y.getDouble(i), p.shape().dim(-1) - 1));
          }
        }
        OutputData data = OutputData.of(y, p);
        JsonNode logits = recorded.get("logits").get(output.getKey());
        OutputData full = data.withLogits(tensor(output.getKey(), logits));
        evaluation.update(new Batch(Map.of("out", full), Map.of()));
        return evaluation.result().get("loss");
      }
    }

    private static Tensor tensor(String shape, JsonNode numbers) {
      float[] values = new float[numbers.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) numbers.get(i).asDouble();
      }
      long[] dims = Stream.of(shape.split("x")).mapToLong(Long::parseLong).toArray();
      return Tensor.of(values, dims);
    }
  }
}
