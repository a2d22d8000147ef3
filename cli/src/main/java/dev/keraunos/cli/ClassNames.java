package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The classes of a jar or folder. */
final class ClassNames {
  private static final String SUFFIX = ".class";
  private static final int SHOWN = 3;

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
    return String.join(
        ", ",
        present.stream()
            .sorted(Comparator.comparingInt(other -> distance(simple(name), simple(other))))
            .limit(SHOWN)
            .toList());
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** The edit distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
