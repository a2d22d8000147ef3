package dev.keraunos.importer.internal.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The recorded models of the repository, and files made from them. */
public final class Fixtures {
  private static final Path CASES = Path.of("..", "fixtures", "cases");

  private Fixtures() {}

  /** All recorded models that are one file. */
  public static List<Path> models() {
    return files(CASES).stream()
        .filter(file -> !file.startsWith(CASES.resolve("hostile")))
        .filter(file -> !file.startsWith(CASES.resolve("variants")))
        .filter(file -> file.toString().endsWith(".h5") || file.toString().endsWith(".keras"))
        .filter(file -> !file.toString().endsWith(".weights.h5"))
        .toList();
  }

  /** Where the models of an oracle lie. */
  public static Path folder(String oracle) {
    return CASES.resolve(oracle);
  }

  /** The folder of files that must be refused. */
  static Path hostile() {
    return CASES.resolve("hostile");
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
