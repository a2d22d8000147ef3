package dev.keraunos.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The container file and the build that it runs know of each other. */
class ContainerTest {
  private static final Path ROOT = Repository.root();

  private static String dockerfile() throws IOException {
    return Files.readString(ROOT.resolve("Dockerfile"));
  }

  @Test
  void copiedPathsAreThere() throws IOException {
    Matcher copy = Pattern.compile("(?m)^COPY (?!--from)(\\S+) ").matcher(dockerfile());
    assertTrue(copy.find());
    do {
      assertTrue(Files.exists(ROOT.resolve(copy.group(1))), copy.group(1));
    } while (copy.find());
  }

  @Test
  void buildMakesWhatIsUnpacked() throws IOException {
    Pom cli = Pom.of(ROOT.resolve("cli"));
    assertTrue(dockerfile().contains("-Pdistribution -pl cli "));
    assertTrue(cli.texts("profile", "id").contains("distribution"));
    assertTrue(dockerfile().contains("--file cli/target/keraunos-*-linux-*.zip"));
    assertTrue(
        cli.texts("configuration", "finalName")
            .contains("keraunos-${project.version}-${native.classifier}"));
    assertTrue(dockerfile().contains("chmod 755 /keraunos/bin/keraunos"));
    assertTrue(Files.exists(ROOT.resolve("cli/src/main/distribution/bin/keraunos")));
  }

  /** What is left out is needed by tests alone. */
  @Test
  void buildSeesTheSources() throws IOException {
    List<PathMatcher> ignored =
        Files.readAllLines(ROOT.resolve(".dockerignore")).stream()
            .map(line -> FileSystems.getDefault().getPathMatcher("glob:" + line + "{,/**}"))
            .toList();
    try (Stream<Path> files = Files.walk(ROOT)) {
      List<Path> missing =
          files
              .map(ROOT::relativize)
              .filter(file -> file.endsWith("pom.xml") || file.toString().contains("src/main"))
              .filter(file -> ignored.stream().anyMatch(rule -> rule.matches(file)))
              .filter(file -> !file.toString().contains("target"))
              .toList();
      assertEquals(List.of(), missing);
    }
  }
}
