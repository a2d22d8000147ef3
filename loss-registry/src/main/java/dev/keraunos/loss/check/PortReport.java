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
    List<PortCheck> checks,
    Optional<Counterexample> smallest,
    List<String> hints) {

  public PortReport {
    checks = List.copyOf(checks);
    hints = List.copyOf(hints);
  }

  /** True if nothing failed. */
  public boolean ok() {
    return firstFailure().isEmpty();
  }

  /** The most basic check that failed. */
  public Optional<PortCheck> firstFailure() {
    return checks.stream().filter(c -> c.verdict() == PortCheck.Verdict.FAILED).findFirst();
  }

  /**
   * The check of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public PortCheck check(String name) {
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
