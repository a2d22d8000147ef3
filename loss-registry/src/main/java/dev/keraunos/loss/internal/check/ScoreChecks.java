package dev.keraunos.loss.internal.check;

import dev.keraunos.loss.check.PortReport.Check;
import dev.keraunos.loss.check.PortReport.Verdict;
import dev.keraunos.loss.internal.check.LossRecording.Case;
import dev.keraunos.loss.internal.check.LossRecording.Kind;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the scores tell. */
final class ScoreChecks {
  private final Run run;
  private final LossRecording recording;

  ScoreChecks(Run run) {
    this.run = run;
    recording = run.recording();
  }

  Check runs() {
    if (run.failures().isEmpty()) {
      return Verdicts.ok("runs", Double.NaN, "on every recorded input");
    }
    String name = run.failures().keySet().iterator().next();
    return Verdicts.failed(
        "runs", Double.NaN, "on " + name + " it throws " + run.failures().get(name));
  }

  Check shape() {
    for (Case recorded : recording.cases()) {
      Optional<Compared> compared = run.compared(recorded);
      if (compared.isPresent() && !compared.get().sameShape()) {
        return Verdicts.failed(
            "score shape",
            Double.NaN,
            Labels.of(recorded) + " " + recorded.yPred().shape() + ": " + compared.get().message());
      }
    }
    if (run.scores(recording.whole()).isEmpty()) {
      return Verdicts.skipped("score shape", "the port throws");
    }
    Shape shape = recording.whole().scores().orElseThrow().shape();
    return Verdicts.ok("score shape", Double.NaN, shape + ", as in Python");
  }

  /** The smallest batches there are, so that what samples do to each other does not show. */
  Check scores() {
    return parity("scores", alone(), alone().size() + " batches of one sample agree");
  }

  private List<Case> alone() {
    List<Case> alone = new ArrayList<>(recording.of(Kind.PART));
    recording.of(Kind.ROWS).stream().filter(c -> c.rows().length == 1).forEach(alone::add);
    return alone.isEmpty() ? List.of(recording.whole()) : alone;
  }

  private Check parity(String name, List<Case> cases, String what) {
    if (cases.stream().noneMatch(c -> run.scores(c).isPresent())) {
      return Verdicts.skipped(name, "the port throws");
    }
    double error = 0;
    String message = "";
    for (Case recorded : cases) {
      Optional<Compared> compared = run.compared(recorded);
      error = Math.max(error, compared.map(Compared::maxError).orElse(Double.NaN));
      if (message.isEmpty() && !compared.map(Compared::ok).orElse(false)) {
        message =
            Labels.of(recorded) + ": " + compared.map(Compared::message).orElse("the port throws");
      }
    }
    return Verdicts.of(name, message.isEmpty(), error, message.isEmpty() ? what : message);
  }

  Check batchSize() {
    String name = "batch size";
    Optional<Coupling> python = Coupling.of(recording, Case::scores, run.closeness());
    Optional<Coupling> port = Coupling.of(recording, run::scores, run.closeness());
    if (python.isEmpty() || port.isEmpty()) {
      return Verdicts.skipped(
          name, python.isEmpty() ? "no smaller batches were recorded" : "the port throws");
    }
    if (python.get() != port.get()) {
      return Verdicts.failed(
          name,
          Double.NaN,
          "Python: " + python.get() + ". Port: " + port.get() + why(python.get(), port.get()));
    }
    return coupled(name, several(), python.get() + ", as in Python");
  }

  private static String why(Coupling python, Coupling port) {
    if (python == Coupling.BATCH && port != Coupling.BATCH) {
      return ". A term is computed per sample that Python computes over the whole batch";
    }
    return port == Coupling.BATCH && python != Coupling.BATCH
        ? ". A term is computed over the whole batch that Python computes per sample"
        : "";
  }

  private List<Case> several() {
    List<Case> several = new ArrayList<>(List.of(recording.whole()));
    recording.of(Kind.ROWS).stream().filter(c -> c.rows().length > 1).forEach(several::add);
    several.removeAll(permuted());
    return several;
  }

  private List<Case> permuted() {
    long samples = recording.whole().yPred().shape().dim(0);
    return recording.of(Kind.ROWS).stream()
        .filter(c -> c.rows().length == samples && samples > 1)
        .toList();
  }

  /** Larger batches count only where the single samples hold: else they say nothing new. */
  private Check coupled(String name, List<Case> cases, String finding) {
    Check parity = parity(name, cases, finding);
    boolean alone = scores().verdict() == Verdict.OK;
    return alone || parity.verdict() == Verdict.OK
        ? parity
        : Verdicts.ok(name, parity.maxError(), finding);
  }

  Check permutation() {
    String name = "permutation";
    List<Case> permuted = permuted();
    if (permuted.isEmpty()) {
      return Verdicts.skipped(name, "no other order of the samples was recorded");
    }
    Case other = permuted.get(0);
    Optional<Tensor> port = run.scores(other);
    Optional<Tensor> whole = run.scores(recording.whole());
    if (port.isEmpty() || whole.isEmpty()) {
      return Verdicts.skipped(name, "the port throws");
    }
    boolean python = follows(recording.whole().scores(), other.scores(), other.rows());
    boolean java = follows(whole, port, other.rows());
    if (python != java) {
      return Verdicts.failed(
          name,
          Double.NaN,
          "the scores "
              + (python
                  ? "follow their samples in Python, not in the port"
                  : "follow their samples, which they do not in Python"));
    }
    boolean holds = !run.agrees(recording.whole());
    String finding =
        python ? "the scores follow their samples" : "the order of samples counts, as in Python";
    return holds ? Verdicts.ok(name, Double.NaN, finding) : parity(name, permuted, finding);
  }

  /** True if the scores of samples in another order are the same scores in that order. */
  private boolean follows(Optional<Tensor> whole, Optional<Tensor> other, int[] rows) {
    Tensor scores = whole.orElseThrow();
    boolean perSample = scores.shape().rank() > 0 && scores.shape().dim(0) == rows.length;
    Tensor expected = perSample ? Rows.take(scores, rows) : scores;
    return Compared.of(other.orElseThrow(), expected, run.closeness()).ok();
  }

  /** Scores and gradient at the limits, a check for each recorded input. */
  List<Check> extremes() {
    List<Check> checks = new ArrayList<>();
    for (Case recorded : recording.of(Kind.EXTREME)) {
      String name = "extreme: " + Labels.of(recorded);
      Check scores = parity(name, List.of(recorded), "the scores are those of Python");
      boolean agree = scores.verdict() == Verdict.OK && recorded.gradient().isPresent();
      checks.add(agree ? GradientChecks.extreme(name, run, recorded) : scores);
    }
    if (checks.isEmpty()) {
      checks.add(Verdicts.skipped("extreme", "no extreme values were recorded"));
    }
    return checks;
  }
}
