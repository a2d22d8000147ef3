package dev.keraunos.loss.internal.check;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.check.PortReport.Check;
import dev.keraunos.loss.internal.check.LossRecording.Case;
import dev.keraunos.loss.internal.check.LossRecording.Kind;
import dev.keraunos.tensor.Tensor;

/** What the derivative by the prediction tells. */
final class GradientChecks {
  private GradientChecks() {}

  /** Against the gradient that Python recorded. */
  static Check recorded(Run run) {
    String name = "gradient";
    Case whole = run.recording().whole();
    if (whole.gradient().isEmpty()) {
      return Verdicts.skipped(name, "Python gave none");
    }
    if (run.scores(whole).isEmpty()) {
      return Verdicts.skipped(name, "the port throws");
    }
    try {
      return parity(name, "as in Python", run, whole);
    } catch (KeraunosException e) {
      return Verdicts.skipped(name, e.getMessage() + "; the scores do not need it");
    }
  }

  private static Check parity(String name, String finding, Run run, Case recorded) {
    Compared compared = compared(run, recorded);
    return Verdicts.of(
        name,
        compared.ok(),
        compared.maxError(),
        compared.ok() ? finding : "gradient " + compared.message());
  }

  /**
   * At the limits, where functions have kinks: {@link
   * dev.keraunos.graph.internal.gradient.Gradients} picks TensorFlow's derivatives there, other
   * backends pick others, which are at least as finite.
   */
  static Check extreme(String name, Run run, Case recorded) {
    try {
      if (isCompared(run, recorded)) {
        return parity(name, "scores and gradient are those of Python", run, recorded);
      }
      boolean finite = isFinite(recorded.gradient().orElseThrow());
      boolean ok = !finite || isFinite(run.gradient(recorded)) || !isFinite(recorded.yPred());
      return Verdicts.of(
          name,
          ok,
          Double.NaN,
          ok
              ? "the scores are those of Python; gradients there depend on the backend"
              : "the gradient is not finite, in Python it is");
    } catch (KeraunosException e) {
      return Verdicts.ok(name, Double.NaN, "the scores are those of Python; " + e.getMessage());
    }
  }

  /** True if the numbers of a case's gradient are held to the recorded ones. */
  static boolean isCompared(Run run, Case recorded) {
    boolean smooth = recorded.kind() != Kind.EXTREME;
    return recorded.gradient().isPresent()
        && (smooth || run.recording().dialect().has(Quirk.EXTREME_GRADIENTS_ARE_KNOWN));
  }

  private static boolean isFinite(Tensor x) {
    for (long i = 0; i < x.size(); i++) {
      if (!Double.isFinite(x.getDouble(i))) {
        return false;
      }
    }
    return true;
  }

  static Compared compared(Run run, Case recorded) {
    return Compared.of(run.gradient(recorded), recorded.gradient().orElseThrow(), run.closeness());
  }

  /** Of the port against its own differences: says whether its derivative is its derivative. */
  static Check differences(Run run) {
    String name = "finite differences";
    Case whole = run.recording().whole();
    if (run.scores(whole).isEmpty()) {
      return Verdicts.skipped(name, "the port throws");
    }
    try {
      return FiniteDifferences.check(name, run, whole);
    } catch (KeraunosException e) {
      return Verdicts.skipped(name, e.getMessage());
    }
  }
}
