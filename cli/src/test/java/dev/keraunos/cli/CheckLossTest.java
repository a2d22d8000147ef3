package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ports of every origin, checked on the command line. */
class CheckLossTest {
  private static final Path RECORDINGS = Cli.CASES.resolve("keras3/ports");
  private static final Path DISTANCE = RECORDINGS.resolve("distance.npz");
  private static final String REFERENCE = "dev.keraunos.fixtures.example.WeightedBceDice";
  private static final String SOURCE =
      """
      package example;
      import dev.keraunos.graph.Value;
      import static dev.keraunos.graph.Ops.*;
      public class Distance implements dev.keraunos.loss.Loss {
        public Value scores(Value yTrue, Value yPred) {
          return %s(abs(subtract(yPred, yTrue)), %s);
        }
      }
      """;

  @TempDir Path folder;

  private String port(String reduction, String axis) throws IOException {
    Path source =
        Files.writeString(folder.resolve("Distance.java"), SOURCE.formatted(reduction, axis));
    String classPath = System.getProperty("java.class.path");
    String[] options = {"-d", folder.toString(), "-cp", classPath, source.toString()};
    assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, options));
    return folder + "!example.Distance";
  }

  @Test
  void aRightPortPasses() throws IOException {
    String out = Cli.run("check-loss", port("mean", "-1"), DISTANCE).fine().out();
    assertTrue(out.contains("The port computes what Python computed."), out);
    assertFalse(out.contains("FAIL"), out);
  }

  @Test
  void aWrongPortFailsAndSaysWhere() throws IOException {
    Cli run = Cli.run("check-loss", port("sum", "-1"), DISTANCE, "--engine", "reference");
    assertEquals(1, run.code(), run.err());
    for (String part :
        new String[] {
          "one position: at [0, 0] ",
          "the smallest input that shows it: one position (1 sample)",
          "hint: a sum in place of a mean: sum(absolute((y_pred - y_true)), axis=2)",
          "look at 'scores' first",
          "on engine reference"
        }) {
      assertTrue(run.out().contains(part), run.out());
    }
  }

  @Test
  void aPortThatThrowsIsAFindingWithoutAStackTrace() throws IOException {
    Cli run = Cli.run("check-loss", port("mean", "9"), DISTANCE);
    assertEquals(1, run.code(), run.err());
    assertTrue(run.out().contains("axis 9 is outside shape"), run.out());
    assertTrue(run.out().contains("(Distance.java:6)"), run.out());
    assertFalse((run.out() + run.err()).contains("\tat "), run.out() + run.err());
  }

  @Test
  void portsByName() throws IOException {
    Cli.run("check-loss", "mse", RECORDINGS.resolve("mean_squared_error.npz")).fine();
    Cli.run("check-loss", "Huber", RECORDINGS.resolve("Huber.npz")).fine();
    Path reference = RECORDINGS.resolve("weighted_bce_dice.npz");
    Cli.run("check-loss", REFERENCE, reference).fine();
    Cli.run("check-loss", "mine", DISTANCE, "--loss", "mine=" + port("mean", "-1")).fine();
  }

  @Test
  void followsTheKerasThatIsAskedFor() {
    Path recording = RECORDINGS.resolve("binary_crossentropy.npz");
    Cli.run("check-loss", "bce", recording).fine();
    Cli older = Cli.run("check-loss", "bce", recording, "--keras", "1.2.2");
    assertEquals(1, older.code(), older.err());
    Cli.run("check-loss", "bce", recording, "--keras", "new").refused("--keras", "new");
  }

  @Test
  void writesJson() throws IOException {
    Cli run = Cli.run("check-loss", port("sum", "-1"), DISTANCE, "--json", "-");
    JsonNode json = run.json();
    assertFalse(json.get("ok").asBoolean());
    JsonNode report = json.get("report");
    assertEquals("distance", report.get("loss").asText());
    assertEquals("FAILED", report.at("/checks/2/verdict").asText());
    assertEquals(1, report.at("/smallest/samples").asInt());
    assertEquals(5, report.at("/smallest/prediction").size());
    assertEquals(1, report.get("hints").size());
  }

  @Test
  void mistakesAreOneMessage() throws IOException {
    String port = port("mean", "-1");
    Cli.run("check-loss", "mean_squred_error", DISTANCE).refused("mean_squared_error");
    Cli.run("check-loss", folder + "!example.Distanc", DISTANCE).refused("example.Distance");
    Cli.run("check-loss", folder + "!Distance", DISTANCE).refused("example.Distance");
    Cli.run("check-loss", folder.toString(), DISTANCE).refused("provides no loss 'distance'");
    Cli.run("check-loss", "losses.jar!example.Distance", DISTANCE).refused("losses.jar");
    Cli.run("check-loss", port, folder.resolve("none.npz")).refused("none.npz");
    Path model = Cli.CASES.resolve("reference/unet.npz");
    Cli.run("check-loss", port, model).refused("no recording of a loss");
    Cli.run("check-loss", port, DISTANCE, "--engine", "gpu").refused("gpu");
    Path unet = Cli.CASES.resolve("reference/unet.h5");
    Cli verify = Cli.run("verify", unet, DISTANCE, "--lambda=lambda_1=x / 255");
    assertEquals(1, verify.code(), verify.err());
    assertTrue(verify.out().contains("see keraunos check-loss"), verify.out());
  }
}
