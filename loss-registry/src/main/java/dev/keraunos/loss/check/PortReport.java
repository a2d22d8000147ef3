package dev.keraunos.loss.check;

import java.util.List;
import java.util.Optional;

/**
 * Whether a port computes what Python computed.
 *
 * @param loss the name of the Python function or class
 * @param keras the Keras whose numbers these are, {@code VERSION:BACKEND}
 * @param engine what ran the port
 * @param checks from the most basic to the most particular; what fails first explains most
 * @param smallest the smallest recorded input on which they differ, empty if none does
 * @param hints changes of the port that reproduce the recording, found by trying them
 */
public record PortReport(
    String loss,
    String keras,
    String engine,
    List<Check> checks,
    Optional<Counterexample> smallest,
    List<String> hints) {

  /** The outcome of a check. */
  public enum Verdict {
    /** As in Python. */
    OK,
    /** Not as in Python. */
    FAILED,
    /** Not checked; the finding says why. */
    SKIPPED
  }

  /**
   * One property of a port.
   *
   * @param maxError the largest difference, relative to the largest recorded magnitude; NaN where
   *     nothing is measured
   * @param finding what was found, in a sentence
   */
  public record Check(String name, Verdict verdict, double maxError, String finding) {}

  /**
   * An input on which a port and Python differ.
   *
   * @param input the recorded batch, in words
   * @param samples how many samples it has
   * @param difference what differs: {@code scores}, {@code gradient}, or their shapes
   * @param position of the first bad number, empty for a scalar
   * @param target the targets that this score is made of, as far as the shapes tell
   * @param prediction the predictions that this score is made of, as far as the shapes tell
   * @param expected what Python gives
   * @param found what the port gives
   */
  public record Counterexample(
      String input,
      long samples,
      String difference,
      List<Long> position,
      List<Double> target,
      List<Double> prediction,
      double expected,
      double found) {}

  public PortReport {
    checks = List.copyOf(checks);
    hints = List.copyOf(hints);
  }

  /** True if nothing failed. */
  public boolean ok() {
    return firstFailure().isEmpty();
  }

  /** The most basic check that failed. */
  public Optional<Check> firstFailure() {
    return checks.stream().filter(c -> c.verdict() == Verdict.FAILED).findFirst();
  }

  /**
   * The check of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Check check(String name) {
    return checks.stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no check is called '" + name + "'"));
  }

  /** A table of the checks, the smallest input that shows a difference, the hints. */
  @Override
  public String toString() {
    return PortReportText.of(this);
  }
}
