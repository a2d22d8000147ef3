package dev.keraunos.loss.internal.check;

import dev.keraunos.loss.check.PortReport.Check;
import dev.keraunos.loss.check.PortReport.Verdict;

/** How a check ends. */
final class Verdicts {
  private Verdicts() {}

  static Check ok(String name, double maxError, String finding) {
    return new Check(name, Verdict.OK, maxError, finding);
  }

  static Check failed(String name, double maxError, String finding) {
    return new Check(name, Verdict.FAILED, maxError, finding);
  }

  static Check skipped(String name, String why) {
    return new Check(name, Verdict.SKIPPED, Double.NaN, why);
  }

  static Check of(String name, boolean ok, double maxError, String finding) {
    return ok ? ok(name, maxError, finding) : failed(name, maxError, finding);
  }
}
