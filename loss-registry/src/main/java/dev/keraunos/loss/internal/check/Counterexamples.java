package dev.keraunos.loss.internal.check;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.loss.check.PortReport.Counterexample;
import dev.keraunos.loss.internal.check.LossRecording.Case;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the smallest recorded input that shows a difference. */
final class Counterexamples {
  private static final int SHOWN = 24;

  private final Run run;

  Counterexamples(Run run) {
    this.run = run;
  }

  /** Of the scores; where these agree, of the gradient. */
  Optional<Counterexample> smallest() {
    return bySize().stream()
        .map(this::ofScores)
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> bySize().stream().map(this::ofGradient).flatMap(Optional::stream).findFirst());
  }

  /** The smallest case whose scores differ. */
  Optional<Case> smallestCase() {
    return bySize().stream().filter(c -> ofScores(c).isPresent()).findFirst();
  }

  private List<Case> bySize() {
    return run.recording().cases().stream()
        .filter(c -> run.scores(c).isPresent())
        .sorted(
            Comparator.comparingLong((Case c) -> c.yPred().shape().dim(0))
                .thenComparingLong(c -> c.yPred().size()))
        .toList();
  }

  private Optional<Counterexample> ofScores(Case recorded) {
    Compared compared = run.compared(recorded).orElseThrow();
    return compared.ok() ? Optional.empty() : Optional.of(at(recorded, compared, "scores"));
  }

  private Optional<Counterexample> ofGradient(Case recorded) {
    if (!GradientChecks.isCompared(run, recorded)) {
      return Optional.empty();
    }
    try {
      Compared compared = GradientChecks.compared(run, recorded);
      return compared.ok() ? Optional.empty() : Optional.of(at(recorded, compared, "gradient"));
    } catch (KeraunosException e) {
      return Optional.empty();
    }
  }

  private static Counterexample at(Case recorded, Compared compared, String what) {
    String input = Labels.of(recorded);
    long samples = recorded.yPred().shape().dim(0);
    if (!compared.sameShape()) {
      return new Counterexample(
          input,
          samples,
          what + " of " + compared.message(),
          List.of(),
          List.of(),
          List.of(),
          Double.NaN,
          Double.NaN);
    }
    Shape shape = compared.expected().shape();
    List<Long> position = Compared.position(shape, compared.first());
    return new Counterexample(
        input,
        samples,
        what,
        position,
        values(recorded.yTrue(), shape, position),
        values(recorded.yPred(), shape, position),
        compared.expected().getDouble(compared.first()),
        compared.found().getDouble(compared.first()));
  }

  /** The values of a tensor below a position of the scores, if they share their leading axes. */
  private static List<Double> values(Tensor x, Shape scores, List<Long> position) {
    int shared = 0;
    long at = 0;
    while (shared < Math.min(scores.rank(), x.shape().rank())
        && scores.dim(shared) == x.shape().dim(shared)) {
      at = at * x.shape().dim(shared) + position.get(shared);
      shared++;
    }
    long count = x.shape().size(shared, x.shape().rank());
    List<Double> values = new ArrayList<>();
    for (long i = 0; i < count && count <= SHOWN; i++) {
      values.add(x.getDouble(at * count + i));
    }
    return values;
  }
}
