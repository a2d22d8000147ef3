package dev.keraunos.loss.check;

/**
 * One property of a port.
 *
 * @param maxError the largest difference, relative to the largest recorded magnitude; NaN where
 *     nothing is measured
 * @param finding what was found, in a sentence
 */
public record PortCheck(String name, Verdict verdict, double maxError, String finding) {
  /** The outcome of a check. */
  public enum Verdict {
    /** As in Python. */
    OK,
    /** Not as in Python. */
    FAILED,
    /** Not checked; the finding says why. */
    SKIPPED
  }

  static PortCheck ok(String name, double maxError, String finding) {
    return new PortCheck(name, Verdict.OK, maxError, finding);
  }

  static PortCheck failed(String name, double maxError, String finding) {
    return new PortCheck(name, Verdict.FAILED, maxError, finding);
  }

  static PortCheck skipped(String name, String why) {
    return new PortCheck(name, Verdict.SKIPPED, Double.NaN, why);
  }

  static PortCheck of(String name, boolean ok, double maxError, String finding) {
    return ok ? ok(name, maxError, finding) : failed(name, maxError, finding);
  }
}
