package dev.keraunos.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.KerasModel;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.testing.RecordedCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the page says that Deeplearning4j refuses, it refuses, and Keraunos computes as Keras. */
class LimitsTest {
  private static final Path PAGE = Path.of("../../src/site/markdown/dl4j.md");

  /** A row of the table of limits ends with a file among the recorded ones. */
  private static final Pattern FILE = Pattern.compile("`([^`]+\\.h5)` \\|$", Pattern.MULTILINE);

  static List<String> files() throws IOException {
    return FILE.matcher(Files.readString(PAGE)).results().map(found -> found.group(1)).toList();
  }

  @ParameterizedTest
  @MethodSource("files")
  void failsThereAndRunsHere(String file) {
    Path path = RecordedCases.file(file);
    assertThrows(
        Exception.class, () -> KerasModelImport.importKerasModelAndWeights(path.toString(), false));
    Fixture fixture = Fixture.read(Path.of(path.toString().replace(".h5", ".npz")));
    try (KerasModel model = fixture.follow(KerasModel.loader()).load(path)) {
      List<String> failures =
          Verification.run(model, fixture).stream()
              .filter(check -> !check.ok())
              .map(check -> check.name() + ": " + check.message())
              .toList();
      assertEquals(List.of(), failures);
    }
  }
}
