package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportTest {
  private static final Path SEQUENTIAL = Cli.CASES.resolve("keras2.2.4/models/sequential.h5");

  @TempDir Path folder;

  @Test
  void writesTheModelAndSaysWhatIsInIt() throws IOException {
    Path file = folder.resolve("model.onnx");
    String json =
        Cli.run("export", SEQUENTIAL, file, "--layer", "conv", "--json", "-").fine().out();
    JsonNode report = new ObjectMapper().readTree(json);
    assertTrue(Files.size(file) > 0);
    assertEquals(21, report.get("opset").asInt());
    assertEquals("out", report.at("/outputs/0/name").asText());
    assertEquals("conv", report.at("/outputs/1/name").asText());
    assertEquals(-1, report.at("/inputs/0/shape/0").asInt());
  }

  @Test
  void checksNeedOnnxRuntime() {
    Path data = Cli.CASES.resolve("keras2.2.4/models/sequential.npz");
    Cli.run("export", SEQUENTIAL, folder.resolve("model.onnx"), "--check", data)
        .refused("add dev.keraunos:keraunos-ort");
    assertTrue(Files.notExists(folder.resolve("model.onnx")));
  }

  @Test
  void readsNoFileThatItWrites() {
    Cli.run("export", SEQUENTIAL, SEQUENTIAL).refused("is part of what is read");
  }
}
