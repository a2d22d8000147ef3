package dev.keraunos.loss.internal.check;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.loss.check.PortReport.Check;
import dev.keraunos.loss.internal.check.LossRecording.Case;
import dev.keraunos.loss.internal.check.LossRecording.Kind;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What {@code evaluate} makes of the scores. */
final class PipelineChecks {
  private final Run run;
  private final LossRecording recording;
  private final Closeness closeness;

  PipelineChecks(Run run, Closeness closeness) {
    this.run = run;
    this.closeness = closeness;
    recording = run.recording();
  }

  Check loss() {
    Case whole = recording.whole();
    if (whole.loss().isEmpty()) {
      return Verdicts.skipped("loss", refused("loss", "Python's evaluate was not recorded"));
    }
    return parity("loss", List.of(whole), "the number that evaluate returns");
  }

  Check weights() {
    return parity(
        "sample weights",
        recording.of(Kind.WEIGHTS),
        linear() ? "the loss is linear in them, as in Python" : "as in Python");
  }

  /** True if twice the weights gave Python twice the loss. */
  private boolean linear() {
    List<Case> cases = recording.of(Kind.WEIGHTS);
    Case first = cases.isEmpty() ? null : cases.get(0);
    for (Case other : cases) {
      double factor = cases.indexOf(other) == 0 ? 0 : ratio(other, first);
      if (factor > 0) {
        double expected = factor * first.loss().orElse(Double.NaN);
        return closeness.accepts(other.loss().orElse(Double.NaN), expected, Math.abs(expected));
      }
    }
    return false;
  }

  /** By which factor all weights differ; 0 if by none. */
  private static double ratio(Case a, Case b) {
    double[] x = a.sampleWeights().orElseThrow().toDoubleArray();
    double[] y = b.sampleWeights().orElseThrow().toDoubleArray();
    double factor = 0;
    for (int i = 0; i < y.length && x.length == y.length; i++) {
      factor = y[i] != 0 && factor == 0 ? x[i] / y[i] : factor;
      if (Double.compare(x[i] + 0.0, factor * y[i] + 0.0) != 0) {
        return 0;
      }
    }
    return factor;
  }

  Check mask() {
    List<Case> cases = recording.of(Kind.MASK);
    boolean same = cases.stream().map(Case::loss).distinct().count() < Math.max(2, cases.size());
    return parity(
        "mask",
        cases,
        same
            ? "what is masked does not count, as in Python"
            : "what is masked counts through a term of the whole batch, as in Python");
  }

  private Check parity(String name, List<Case> cases, String finding) {
    if (cases.isEmpty()) {
      return Verdicts.skipped(name, refused(name, "none were recorded"));
    }
    if (run.scores(recording.whole()).isEmpty()) {
      return Verdicts.skipped(name, "the port throws");
    }
    double error = 0;
    for (Case recorded : cases) {
      double expected = recorded.loss().orElse(Double.NaN);
      double found;
      try {
        found = run.evaluate(recorded);
      } catch (RuntimeException | LinkageError e) {
        String thrown = e instanceof KeraunosException ? e.getMessage() : Thrown.text(e);
        return Verdicts.failed(name, Double.NaN, Labels.of(recorded) + ": " + thrown);
      }
      double difference = Double.compare(found, expected) == 0 ? 0 : Math.abs(found - expected);
      double relative = expected == 0 ? difference : difference / Math.abs(expected);
      error = Math.max(error, relative);
      if (!closeness.accepts(found, expected, scale())) {
        return Verdicts.failed(
            name,
            relative,
            Labels.of(recorded)
                + ": "
                + Numbers.text(found)
                + ", recorded is "
                + Numbers.text(expected));
      }
    }
    return Verdicts.ok(name, error, finding);
  }

  private double scale() {
    return recording.whole().scores().map(Compared::scale).orElse(0.0);
  }

  /** Why Python gave nothing. */
  private String refused(String check, String otherwise) {
    List<String> found = new ArrayList<>();
    for (Map.Entry<String, String> entry : recording.refused().entrySet()) {
      if (entry.getKey().contains(check.equals("sample weights") ? "weight" : check)) {
        found.add("Python refuses: " + entry.getValue());
      }
    }
    return found.isEmpty() ? otherwise : found.get(0);
  }
}
