package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code --json} writes is what the published schema of the command says. */
class ReportSchemasTest {
  private static final Path MODEL = Cli.CASES.resolve("keras2.2.4/models/sequential.h5");
  private static final Path DATA = Cli.CASES.resolve("keras2.2.4/models/sequential.npz");
  private static final Path PORTS = Cli.CASES.resolve("keras3/ports");

  @TempDir Path folder;

  private static Stream<Arguments> commands() {
    Path compiled = Path.of("src/test/models/branched.keras");
    Path data = Path.of("src/test/models/branched_data.npz");
    Path huber = PORTS.resolve("Huber.npz");
    return Stream.of(
        Arguments.of("evaluation", List.of("evaluate", compiled, data)),
        Arguments.of("verification", List.of("verify", MODEL, DATA)),
        Arguments.of("verification", List.of("verify", MODEL, PORTS.resolve("Huber.npz"))),
        Arguments.of("benchmark", List.of("bench", MODEL, "--runs", 1, "--profile")),
        Arguments.of("benchmark", List.of("bench", MODEL, "--runs", 1, "--engine", "reference")),
        Arguments.of("prediction", List.of("predict", MODEL, DATA, "--layer", "conv")),
        Arguments.of("doctor", List.of("doctor")),
        Arguments.of("port", List.of("check-loss", "huber", huber)),
        Arguments.of("port", List.of("check-loss", "mean_squared_error", huber)),
        Arguments.of("export", List.of("export", MODEL, "OUT")));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void reportsFitTheirSchemas(String schema, List<Object> words) throws IOException {
    Object[] line =
        Stream.concat(words.stream(), Stream.of("--json", "-"))
            .map(word -> word.equals("OUT") ? folder.resolve("model.onnx") : word)
            .toArray();
    JsonNode json = Cli.run(line).json();
    assertEquals("version", json.fieldNames().next());
    Schema.check(schema + ".schema.json", json);
    ((ObjectNode) json).put("nobody", "knows this");
    assertFalse(Schema.named(schema + ".schema.json").validate(json).isEmpty());
  }
}
