package dev.keraunos.loss.evaluate;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import dev.keraunos.loss.internal.explain.Explainer;
import dev.keraunos.testing.Digest;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Writes what every recorded evaluation gives and how it is explained, to compare by. */
@EnabledIfSystemProperty(named = Digest.FOLDER, matches = ".+")
class EvaluationDigestTest {
  @Test
  void evaluations() throws IOException, URISyntaxException {
    int cases = 0;
    for (Engine engine : Engines.all()) {
      if (engine.unavailable().isPresent()) {
        continue;
      }
      try (Digest values = new Digest("evaluate-" + engine.name() + ".txt");
          Digest explanations = new Digest("explain-" + engine.name() + ".txt")) {
        for (String folder : List.of("recorded", "explained")) {
          for (Path file : files(folder)) {
            for (Recorded recorded : Recorded.all(file).values()) {
              if (recorded.json().has("results")) { // others hold what is known of classes alone
                add(values, explanations, file, recorded, engine);
                cases++;
              }
            }
          }
        }
      }
    }
    assertTrue(cases > 0);
  }

  private static List<Path> files(String folder) throws IOException, URISyntaxException {
    try (Stream<Path> files =
        Files.list(Path.of(EvaluationDigestTest.class.getResource(folder).toURI()))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static void add(
      Digest values, Digest explanations, Path file, Recorded recorded, Engine engine) {
    for (int size : recorded.batchSizes()) {
      String label = file.getFileName() + " " + recorded.name() + " " + size;
      try (Explainer evaluation =
          recorded.evaluate(size, builder -> Explainer.whatIf(builder.engine(engine, 1)))) {
        values.add(label, evaluation::result);
        explanations.add(label, evaluation::explanation);
      }
    }
  }
}
