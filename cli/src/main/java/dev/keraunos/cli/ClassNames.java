package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.internal.names.NearestNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The classes of a jar or folder. */
final class ClassNames {
  private static final String SUFFIX = ".class";

  private ClassNames() {}

  /**
   * The full names of all classes, inner ones aside.
   *
   * @throws InputException if the file is no jar
   */
  static List<String> in(Path location) {
    try {
      if (Files.isDirectory(location)) {
        try (Stream<Path> files = Files.walk(location)) {
          return names(files.map(file -> location.relativize(file).toString()));
        }
      }
      try (ZipFile jar = new ZipFile(location.toFile())) {
        return names(jar.stream().map(ZipEntry::getName));
      }
    } catch (IOException | UncheckedIOException e) {
      throw new InputException("'" + location + "' is no jar or folder: " + e.getMessage());
    }
  }

  private static List<String> names(Stream<String> files) {
    return files
        .filter(file -> file.endsWith(SUFFIX) && file.indexOf('$') < 0)
        .map(file -> file.substring(0, file.length() - SUFFIX.length()))
        .map(file -> file.replace('/', '.').replace('\\', '.'))
        .sorted()
        .toList();
  }

  /** Those that resemble a name most, by their own names, package aside. */
  static String nearest(String name, List<String> present) {
    return String.join(", ", NearestNames.of(name, present, ClassNames::simple));
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
