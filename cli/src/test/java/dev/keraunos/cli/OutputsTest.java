package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No command writes over what it reads, by whatever path. */
class OutputsTest {
  private static final Path SOURCE = Cli.CASES.resolve("keras3/losses/class_weight.keras");

  @TempDir Path folder;
  private Path model;
  private Path data;

  @BeforeEach
  void copy() throws IOException {
    model = Files.copy(SOURCE, folder.resolve("m.keras"));
    data = Files.copy(SOURCE.resolveSibling("class_weight.npz"), folder.resolve("m.npz"));
  }

  private List<Path> names(Path file) throws IOException {
    Path symbolic = folder.resolve("symbolic-" + file.getFileName());
    Path hard = folder.resolve("hard-" + file.getFileName());
    if (!Files.exists(hard)) {
      Files.createSymbolicLink(symbolic, file);
      Files.createLink(hard, file);
    }
    Path relative = folder.resolve("sub/../" + file.getFileName());
    Files.createDirectories(folder.resolve("sub"));
    return List.of(file, relative, symbolic, hard);
  }

  @Test
  void inputsSurvive() throws IOException {
    byte[] before = Files.readAllBytes(model);
    byte[] recorded = Files.readAllBytes(data);
    for (Path input : List.of(model, data)) {
      for (Path target : names(input)) {
        Cli.run("predict", model, data, "-o", target).refused("-o", "give another file");
        for (String command : List.of("evaluate", "explain-loss", "verify")) {
          Cli.run(command, model, data, "--json", target).refused("--json", "is part of what");
        }
        Cli.run("explain-loss", model, data, "--html", target).refused("--html");
      }
    }
    for (Path target : names(model)) {
      Cli.run("inspect", model, "--json", target).refused("--json");
      Cli.run("bench", model, "--runs=1", "--json", target).refused("--json");
      Cli.run("verify", folder, "--json", target).refused("--json");
    }
    assertArrayEquals(before, Files.readAllBytes(model));
    assertArrayEquals(recorded, Files.readAllBytes(data));
  }

  @Test
  void twoOutputsAreTwoFiles() {
    Path report = folder.resolve("report");
    Cli.run("explain-loss", model, data, "--json", report, "--html", folder + "/./report")
        .refused("--html", "another option");
    assertTrue(Files.notExists(report));
  }

  @Test
  void anEarlierReportIsWrittenAnew() {
    Path report = folder.resolve("report.json");
    Cli.run("verify", folder, "--json", report).fine();
    Cli.run("verify", folder, "--json", report).fine();
  }
}
