package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.internal.compile.Warnings;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.Elements.Sum;
import dev.keraunos.loss.internal.evidence.LastStep;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.Optional;

/** Targets in another shape than the predictions. */
final class ShapeRules {
  static final Rule BROADCAST =
      Rule.of(
          Warnings.BROADCAST,
          needs(Need.TARGETS, Need.PREDICTIONS),
          "A loss of elements whose targets have another shape than the predictions after Keras"
              + " made their ranks equal.",
          "targets (40, 1) are broadcast over the 6 steps of predictions (40, 6, 1); of the last"
              + " step alone the loss is 0.666; set `return_sequences=False`",
          ShapeRules::broadcast);

  static final Rule OWN_NUMPY =
      Rule.of(
          "flat-targets",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "A mean squared error of targets (N) and predictions (N, 1). A guess at what was computed"
              + " beside Keras, so it comes last.",
          "targets (50) are taken as (50, 1). In numpy, (50) minus (50, 1) is (50, 50), whose mean"
              + " square is 157: compare with `predict(x).ravel()`",
          ShapeRules::ownNumpy);

  private ShapeRules() {}

  private static Optional<Said> broadcast(Case c) {
    Optional<String> warning = c.whole().warning(Warnings.BROADCAST);
    if (warning.isEmpty() || !warning.get().contains("'" + c.name() + "'")) {
      return Optional.empty();
    }
    LastStep last = c.evidence().lastStep();
    boolean steps = last.loss().isPresent() && last.predictions().rank() == 3;
    if (!steps) {
      return new Said().say("%s", warning.get());
    }
    return new Said()
        .with("steps", last.steps())
        .with("last step", last.loss().get())
        .say(
            "targets %s are broadcast over the %d steps of predictions %s; of the last step alone"
                + " the loss is %s; set `return_sequences=False`",
            c.all(last.targets()), last.steps(), c.all(last.predictions()), last.loss().get());
  }

  private static Optional<Said> ownNumpy(Case c) {
    Elements e = c.evidence().elements();
    boolean asks =
        c.setup().lossName().equals("mean_squared_error")
            && c.evidence().targets().rank() == 1
            && c.evidence().predictions().rank() == 2
            && c.width() == 1
            && e.areKnown()
            && !c.evidence().counted().isWeighted();
    if (!asks || e.count() < 2) {
      return Optional.empty();
    }
    double y = e.mean(Sum.TARGET, 0);
    double p = e.mean(Sum.PREDICTION, 0);
    double all = e.mean(Sum.TARGET_SQUARED, 0) + e.mean(Sum.PREDICTION_SQUARED, 0) - 2 * y * p;
    String flat = "(" + e.count() + ")";
    String column = "(" + e.count() + ", 1)";
    return new Said()
        .with("mean square in numpy", all)
        .say(
            "targets %s are taken as %s. In numpy, %s minus %s is (%d, %d), whose mean square is"
                + " %s: compare with `predict(x).ravel()`",
            flat, column, flat, column, e.count(), e.count(), Numbers.rounded(all));
  }
}
