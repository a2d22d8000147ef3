package dev.keraunos.hdf5;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The recorded files of the repository. */
final class Fixtures {
  private static final Path CASES = Path.of("..", "..", "fixtures", "cases");

  private Fixtures() {}

  /** All recorded files that are sound, and archives that hold one as {@code model.weights.h5}. */
  static List<Path> sound() {
    return files(CASES).stream()
        .filter(file -> !file.startsWith(hostile()))
        .filter(file -> !file.startsWith(CASES.resolve("variants")))
        .filter(file -> isHdf5(file) || file.toString().endsWith(".keras"))
        .toList();
  }

  /** One file in every storage that HDF5 tools may give it. */
  static List<Path> variants() {
    return files(CASES.resolve("variants"));
  }

  /** One of those. */
  static Path variant(String name) {
    return CASES.resolve("variants").resolve(name);
  }

  /** The folder of files that must be refused. */
  static Path hostile() {
    return CASES.resolve("hostile");
  }

  static boolean isHdf5(Path file) {
    return file.toString().endsWith(".h5");
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
