package dev.keraunos.junit;

import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.keras.internal.names.NearestNames;
import dev.keraunos.loss.explain.Finding;
import dev.keraunos.loss.internal.finding.Rules;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** Assertions on models, in JUnit 5. */
public final class KerasAssertions {
  private KerasAssertions() {}

  /**
   * Fails with what {@code explain-loss} finds in the loss of a model on the samples of a fixture,
   * in the batches and with the class weights of the fixture.
   *
   * @param except rules that may speak, by their names on the page "What Keraunos can tell you"
   * @throws InputException if a name is that of no rule, the fixture holds no targets, or the model
   *     has no loss
   */
  public static void assertNoFindings(KerasModel model, Fixture fixture, String... except) {
    List<String> allowed = List.of(except);
    allowed.forEach(KerasAssertions::requireRule);
    if (fixture.arrays("targets").isEmpty()) {
      throw new InputException(
          fixture.file() + ": holds no targets, so there is no loss; record it with --targets");
    }
    List<Finding> found =
        model.explainLoss(fixture.data(model), fixture.batchSize()).findings().stream()
            .filter(finding -> !allowed.contains(finding.rule()))
            .toList();
    if (!found.isEmpty()) {
      Assertions.fail(text(fixture, found));
    }
  }

  private static void requireRule(String name) {
    List<String> rules = Rules.names();
    if (!rules.contains(name)) {
      throw new InputException(
          String.format(
              "'%s' is the name of no rule; nearest names: %s; all rules: %s",
              name,
              String.join(", ", NearestNames.of(name, rules, rule -> rule)),
              String.join(", ", rules)));
    }
  }

  private static String text(Fixture fixture, List<Finding> found) {
    StringBuilder text =
        new StringBuilder(fixture.file() + ": what the loss on these samples shows:");
    for (Finding finding : found) {
      String of = finding.output().isEmpty() ? "" : " (output '" + finding.output() + "')";
      text.append("\n  ").append(finding.rule()).append(of).append(": ");
      text.append(finding.sentence());
      finding.advice().forEach(line -> text.append("\n    ").append(line));
    }
    return text.append("\n  Mend it, or name the rules that may speak in assertNoFindings.")
        .toString();
  }
}
