package dev.keraunos.it;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of the house: packages do not lean on each other in circles, and none is a hall. */
class PackagesTest {
  private static final int MOST_FILES = 25;

  private static List<Path> below(String folder) throws IOException {
    try (Stream<Path> found = Files.walk(Repository.root(), 6)) {
      return found
          .filter(path -> path.endsWith(folder) && !path.toString().contains("/src/it/"))
          .toList();
    }
  }

  @Test
  void packagesAreFreeOfCycles() throws IOException {
    slices()
        .matching("dev.keraunos.(**)")
        .should()
        .beFreeOfCycles()
        .check(new ClassFileImporter().importPaths(below("target/classes")));
  }

  @Test
  void noPackageIsTooLarge() throws IOException {
    Map<String, Long> large = new TreeMap<>();
    for (Path sources : below("src/main/java")) {
      try (Stream<Path> found = Files.walk(sources)) {
        for (Path folder : found.filter(Files::isDirectory).toList()) {
          long files = count(folder);
          if (files > MOST_FILES) {
            large.put(sources.relativize(folder).toString(), files);
          }
        }
      }
    }
    assertEquals(Map.of(), large, "packages of more than " + MOST_FILES + " files");
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java") && !name.equals("package-info.java"))
          .count();
    }
  }
}
