package dev.keraunos.junit;

import static dev.keraunos.junit.KerasAssertions.assertNoFindings;
import static dev.keraunos.junit.KerasAssertions.assertPredicts;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Fixture;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;

/** Models that real Keras trained, healthy ones and others. */
class KerasAssertionsTest {
  private static final Path CASES = Path.of("../../fixtures/cases");
  private static final Path QUESTIONS = CASES.resolve("keras3/questions");

  private static void check(String name, String... except) {
    try (KerasModel model = KerasModel.load(QUESTIONS.resolve(name + ".keras"))) {
      assertNoFindings(model, Fixture.read(QUESTIONS.resolve(name + ".npz")), except);
    }
  }

  private static List<String> failure(String name, String... except) {
    return assertThrows(AssertionFailedError.class, () -> check(name, except))
        .getMessage()
        .lines()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"healthy_classes", "healthy_outputs", "healthy_regression"})
  void healthyModelsPass(String name) {
    check(name);
  }

  @Test
  void findingsFailWithTheirRuleSentenceAndAdvice() {
    List<String> lines = failure("all_background");
    assertTrue(lines.get(0).startsWith(QUESTIONS.resolve("all_background.npz") + ": "));
    assertTrue(lines.get(1).startsWith("  class-never-predicted (output '"), lines::toString);
    assertTrue(lines.toString().contains("every class then counts"), lines::toString);
    assertTrue(lines.get(lines.size() - 1).contains("assertNoFindings"), lines::toString);
  }

  @Test
  void rulesThatMaySpeakAreLeftOut() {
    assertTrue(failure("healthy_dropout").get(1).startsWith("  training-differs: "));
    check("healthy_dropout", "training-differs");
    check("healthy_dropout", "label-smoothing", "training-differs");
  }

  @Test
  void classWeightsOfTheFixtureCount() {
    List<String> lines = failure("class_weights");
    assertTrue(lines.get(1).startsWith("  class-weights"), lines::toString);
  }

  @Test
  void namesOfNoRuleAreRefused() {
    String message =
        assertThrows(InputException.class, () -> check("healthy_dropout", "training-difers"))
            .getMessage();
    assertTrue(
        message.startsWith(
            "'training-difers' is the name of no rule; nearest names: training-differs, "),
        message);
    assertTrue(message.contains("all rules: not-a-number"), message);
  }

  @Test
  void withoutTargetsThereIsNoLoss() {
    Path core = CASES.resolve("keras3/core");
    try (KerasModel model = KerasModel.load(core.resolve("dense-h5.h5"))) {
      Fixture fixture = Fixture.read(core.resolve("dense-h5.npz"));
      InputException thrown =
          assertThrows(InputException.class, () -> assertNoFindings(model, fixture));
      assertTrue(thrown.getMessage().contains("holds no targets"), thrown.getMessage());
    }
  }

  @Test
  void predictionsAreThoseThatWereRecorded() {
    try (KerasModel model = KerasModel.load(QUESTIONS.resolve("healthy_classes.keras"))) {
      assertPredicts(model, Fixture.read(QUESTIONS.resolve("healthy_classes.npz")));
    }
  }

  /** Of the same inputs, with other weights. */
  @Test
  void otherPredictionsFailInFiveLines() {
    Fixture fixture = Fixture.read(QUESTIONS.resolve("healthy_classes.npz"));
    try (KerasModel model = KerasModel.load(QUESTIONS.resolve("all_background.keras"))) {
      AssertionFailedError failure =
          assertThrows(AssertionFailedError.class, () -> assertPredicts(model, fixture));
      List<String> lines = failure.getMessage().lines().toList();
      assertTrue(lines.get(0).startsWith(fixture.file() + " does not reproduce"), lines::toString);
      assertTrue(lines.get(lines.size() - 1).contains(".html"), lines::toString);
    }
  }

  @Test
  void fixtureWithoutPredictionsIsRefused() {
    Fixture loss = Fixture.read(CASES.resolve("keras3/ports/mean_squared_error.npz"));
    try (KerasModel model = KerasModel.load(QUESTIONS.resolve("healthy_classes.keras"))) {
      String message =
          assertThrows(InputException.class, () -> assertPredicts(model, loss)).getMessage();
      assertTrue(message.contains("holds no predictions"), message);
    }
  }
}
