package dev.keraunos.importer.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The recorded models of the repository. */
public final class Fixtures {
  private static final Path CASES = Path.of("..", "fixtures", "cases");

  private Fixtures() {}

  /** Where the models of an oracle lie. */
  public static Path folder(String oracle) {
    return CASES.resolve(oracle);
  }

  /** All model files below the cases, hostile ones excepted. */
  public static List<Path> models() {
    try (Stream<Path> files = Files.walk(CASES)) {
      return files
          .filter(file -> !file.startsWith(CASES.resolve("hostile")))
          .filter(file -> file.toString().endsWith(".h5") || file.toString().endsWith(".keras"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
