package dev.keraunos.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that real Keras wrote, {@code fixtures/cases}, for the tests of the repository. */
public final class RecordedCases {
  private static final Path FOLDER = find();

  private RecordedCases() {}

  /** Tests run in the folder of their module, which is the repository's root or below. */
  private static Path find() {
    Path root = Path.of("").toAbsolutePath();
    Path relative = Path.of("fixtures", "cases");
    while (root != null && !Files.isDirectory(root.resolve("fixtures/cases"))) {
      root = root.getParent();
      relative = Path.of("..").resolve(relative);
    }
    if (root == null) {
      throw new IllegalStateException("no folder above here holds fixtures/cases");
    }
    return relative;
  }

  /** The folder of all of them, from the folder in which the tests run. */
  public static Path folder() {
    return FOLDER;
  }

  /** A file by its place in the folder, such as {@code reference/unet.npz}. */
  public static Path file(String name) {
    return FOLDER.resolve(name);
  }

  /** All files below a folder, in order of name. */
  public static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be listed", e);
    }
  }
}
