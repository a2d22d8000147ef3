package dev.keraunos.junit;

import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Check;
import dev.keraunos.fixtures.FailureText;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.keras.internal.names.NearestNames;
import dev.keraunos.loss.explain.Finding;
import dev.keraunos.loss.internal.finding.Rules;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** Assertions on models, in JUnit 5. */
public final class KerasAssertions {
  private KerasAssertions() {}

  /**
   * Fails where a model does not predict what Keras recorded, output by output and layer by layer,
   * in the five lines of {@link KerasFixtureTest}; all checks are on the page that it speaks of.
   * What the fixture says of losses and metrics is not looked at.
   *
   * <pre>{@code
   * assertPredicts(model, Fixture.read(Path.of("src/test/models/digits.npz")));
   * }</pre>
   *
   * @throws InputException if the fixture holds no outputs, or is that of a loss
   */
  public static void assertPredicts(KerasModel model, Fixture fixture) {
    boolean holdsNone =
        fixture.arrays("outputs").isEmpty() && fixture.arrays("activations").isEmpty();
    if (fixture.isOfLoss() || holdsNone) {
      throw new InputException(
          fixture.file() + ": holds no predictions of a model; record it with record.py");
    }
    List<Check> checks = Verification.run(model, fixture, model::predict);
    if (!checks.stream().allMatch(Check::ok)) {
      FailurePage.fail(new FailureText(fixture.file().toString(), checks));
    }
  }

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
