package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code explain-loss --json} writes what the published schema says. */
class ExplanationSchemaTest {
  @TempDir Path folder;

  private static JsonSchema schema() throws IOException {
    return Schema.named("explanation.schema.json");
  }

  private static JsonNode explain(Path model, Path data) {
    String lambda = "--lambda=lambda_1=x / 255";
    boolean scales = model.getFileName().toString().startsWith("unet");
    Object[] words = {"explain-loss", model, data, Cli.EXAMPLE, "--json", "-"};
    return scales
        ? Cli.run("explain-loss", model, data, lambda, Cli.EXAMPLE, "--json", "-").fine().json()
        : Cli.run(words).fine().json();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reference/unet.h5",
        "reference/rare_class.h5",
        "reference/unet_keras3.keras",
        "keras2.2.4/evaluate/several_outputs_penalised.h5",
        "keras2.2.4/evaluate/masked_and_temporal.h5",
        "keras2.2.4/evaluate/masked_batch.h5",
        "keras3/losses/sample_weights_pixels.keras",
        "keras3/losses/fully_masked_batch.keras"
      })
  void explanationsFit(String model) throws IOException {
    Path file = Cli.CASES.resolve(model);
    Path data = Path.of(file.toString().replaceFirst("\\.(h5|keras)$", ".npz"));
    assertEquals(Set.of(), schema().validate(explain(file, data)));
  }

  @Test
  void aLossThatIsNotANumberFits() throws IOException {
    Path fixture = Cli.CASES.resolve("reference/unet_bce.npz");
    Map<String, Tensor> arrays = new LinkedHashMap<>(Npz.read(fixture).arrays());
    arrays.keySet().removeIf(name -> !name.startsWith("inputs/") && !name.startsWith("targets/"));
    arrays.get("inputs/image").setDouble(5, Double.NaN);
    Path data = folder.resolve("data.npz");
    Npz.write(data, arrays);
    JsonNode json = explain(Cli.CASES.resolve("reference/unet_bce.h5"), data);
    assertEquals("NaN", json.get("loss").asText());
    assertEquals(Set.of(), schema().validate(json));
  }

  @Test
  void whatIsMissingOrUndocumentedDoesNotFit() throws IOException {
    Path model = Cli.CASES.resolve("reference/unet_bce.h5");
    JsonNode json = explain(model, Cli.CASES.resolve("reference/unet_bce.npz"));
    ObjectNode share = (ObjectNode) json.at("/outputs/0/classes/0");
    share.put("news", 1);
    assertFalse(schema().validate(json).isEmpty());
    share.remove("news");
    share.remove("iou");
    assertFalse(schema().validate(json).isEmpty());
  }
}
