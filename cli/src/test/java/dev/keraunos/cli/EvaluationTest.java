package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.fixtures.Npz;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evaluate and explain-loss have in common. */
class EvaluationTest {
  private static final Path UNET = Cli.CASES.resolve("reference/unet.h5");
  private static final Path UNET_DATA = Cli.CASES.resolve("reference/unet.npz");

  @TempDir Path folder;

  @Test
  void aFixtureBringsItsBatchSizeAndLambdas() {
    String alone = Cli.run("evaluate", UNET, UNET_DATA, "--json", "-").fine().out();
    assertEquals(
        alone, Cli.run("evaluate", UNET, UNET_DATA, "--json", "-", "--batch-size", 3).fine().out());
  }

  @Test
  void progressIsShownWhereItIsAskedFor() {
    Cli run = Cli.run("evaluate", UNET, UNET_DATA, "--progress").fine();
    assertTrue(run.err().contains("\r3 of 8 samples"), run.err());
    assertTrue(run.err().endsWith("\r"), run.err());
    assertEquals(run.out(), Cli.run("evaluate", UNET, UNET_DATA, "--no-progress").fine().out());
    assertEquals("", Cli.run("explain-loss", UNET, UNET_DATA).fine().err());
  }

  @Test
  void arraysOfDifferentLengthAreRefused() {
    Path file = folder.resolve("data.npz");
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    arrays.put("x", Tensor.zeros(DType.FLOAT32, 3, 32, 32, 3));
    arrays.put("y", Tensor.zeros(DType.FLOAT32, 4, 32, 32, 5));
    Npz.write(file, arrays);
    String lambda = "--lambda=lambda_1=x / 255";
    Cli.run("evaluate", UNET, file, lambda).refused("y", "(4, 32, 32, 5)", "3 samples");
    Cli.run("evaluate", UNET, "none.npz", lambda).refused("none.npz", "no such file");
  }
}
