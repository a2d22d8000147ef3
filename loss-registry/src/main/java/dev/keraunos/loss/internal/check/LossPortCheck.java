package dev.keraunos.loss.internal.check;

import dev.keraunos.engine.Engine;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.check.PortReport;
import dev.keraunos.loss.check.PortReport.Check;
import dev.keraunos.loss.check.PortReport.Counterexample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares losses written in Java to what Python recorded of the original: scores, gradient, the
 * number that {@code evaluate} returns, sample weights, masks, what the samples of a batch do to
 * each other, and values at the limits.
 *
 * <p>Recordings come from {@code record_loss.py}; {@code dev.keraunos.fixtures.LossFixture} reads
 * them and brings the tolerances.
 *
 * @param recording what Python computed
 * @param scores when scores and gradients agree
 * @param losses when what {@code evaluate} returns agrees
 * @param engine what runs the port
 */
public record LossPortCheck(
    LossRecording recording, Closeness scores, Closeness losses, Engine engine) {

  /** Checks a port. Whatever it throws is a finding, not an exception. */
  public PortReport run(Loss port) {
    Run run = new Run(port, recording, scores, engine);
    ScoreChecks ofScores = new ScoreChecks(run);
    PipelineChecks pipeline = new PipelineChecks(run, losses);
    List<Check> checks = new ArrayList<>();
    checks.add(ofScores.runs());
    checks.add(ofScores.shape());
    checks.add(ofScores.scores());
    checks.add(ofScores.batchSize());
    checks.add(ofScores.permutation());
    checks.add(GradientChecks.recorded(run));
    checks.add(pipeline.loss());
    checks.add(pipeline.weights());
    checks.add(pipeline.mask());
    checks.addAll(ofScores.extremes());
    checks.add(GradientChecks.differences(run));
    Counterexamples counterexamples = new Counterexamples(run);
    Optional<Counterexample> smallest = counterexamples.smallest();
    List<String> hints =
        counterexamples.smallestCase().map(c -> new Hints(run, c).found()).orElse(List.of());
    return new PortReport(
        recording.name(), recording.dialect().toString(), engine.name(), checks, smallest, hints);
  }
}
