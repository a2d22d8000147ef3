package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.fixtures.Fixture;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evaluate and explain-loss take beside model and data. */
class EvaluationOptionsTest {
  @TempDir Path folder;

  @Test
  void strictRefusesWhatOtherwiseIsAWarning() {
    Path model = Cli.CASES.resolve("keras3.1/losses/binary_crossentropy.keras");
    Path data = Cli.CASES.resolve("keras3.1/losses/binary_crossentropy.npz");
    Cli warned = Cli.run("evaluate", model, data).fine();
    assertEquals(1, warned.err().lines().filter(line -> line.startsWith("warning: ")).count());
    for (String command : List.of("evaluate", "explain-loss")) {
      Cli.run(command, model, data, "--strict").refused("Keras 3.1.1", "choose a batch size");
    }
    Cli even = Cli.run("evaluate", model, data, "--strict", "--batch-size", 7).fine();
    assertEquals("", even.err());
  }

  @Test
  void classWeightsGiveWhatTrainingReports() throws IOException {
    Path file = folder.resolve("class_weight.json");
    for (String line : List.of("keras3/losses", "keras2.2.4/evaluate")) {
      Path data = Cli.CASES.resolve(line + "/class_weight.npz");
      Path model =
          Cli.CASES.resolve(line + "/class_weight." + (line.contains("2.2") ? "h5" : "keras"));
      Fixture fixture = Fixture.read(data);
      Files.writeString(file, fixture.classWeight().toString());
      Cli run =
          Cli.run(
              "evaluate", model, data, "--class-weight", file, "--batch-size", 7, "--json", "-");
      double loss = run.fine().json().at("/metrics/loss").asDouble();
      double recorded = fixture.trained().get("loss").asDouble();
      assertTrue(Tolerance.CLOSE.accepts(loss, recorded, 0), loss + ", recorded is " + recorded);
      Files.writeString(file, "{\"rare\": 1000}");
      Cli.run("evaluate", model, data, "--class-weight", file).refused("class index", "rare");
    }
  }
}
