package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.internal.evidence.Subject;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What differs between training and evaluation. */
final class TrainingRules {
  static final Rule MOVED =
      Rule.of(
              "moving-averages-far-off",
              needs(Need.CONFIG, Need.MODEL_AGAIN),
              "A BatchNormalization that is not frozen, and in half of its channels or more the"
                  + " mean of its data lies more than one moving standard deviation from the moving"
                  + " mean, or the variance is more than four times as large or small.",
              "'bn' uses moving averages; the means of this data are 3.6 to 4.2 of its moving"
                  + " standard deviations away from them. With the statistics of the batch, as in"
                  + " fit, the loss would be 0.00037. Train longer or lower `momentum`",
              TrainingRules::moved)
          .wholly();

  static final Rule TRAINING =
      Rule.of(
              "training-differs",
              needs(Need.CONFIG),
              "Layers that draw random numbers in training: dropout and noise. BatchNormalization"
                  + " that is not frozen is named beside them.",
              "evaluate runs without 'drop' (rate 0.5) and with the moving averages of 'bn'; fit"
                  + " runs with dropout and batch statistics, and averages over batches while the"
                  + " weights change: the two numbers are not the same quantity",
              TrainingRules::training)
          .wholly();

  private static final int NAMED = 3;

  private TrainingRules() {}

  private static Optional<Said> moved(Case c) {
    Optional<Subject.Moved> found = c.whole().subject().moved();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Subject.Moved moved = found.get();
    Said said =
        new Said()
            .with("nearest", moved.nearest())
            .with("farthest", moved.farthest())
            .with("ratio of variances", moved.ratio());
    moved.loss().ifPresent(loss -> said.with("with batch statistics", loss));
    String how =
        moved.farthest() > 1
            ? String.format(
                "the means of this data are %s to %s of its moving standard deviations away from"
                    + " them",
                Numbers.rounded(moved.nearest()), Numbers.rounded(moved.farthest()))
            : "the variance of this data is " + Numbers.rounded(moved.ratio()) + " times theirs";
    return said.say(
        "'%s' uses moving averages; %s.%s Train longer or lower `momentum`",
        moved.layer(),
        how,
        moved
            .loss()
            .map(
                loss ->
                    " With the statistics of the batch, as in fit, the loss would be "
                        + Numbers.rounded(loss)
                        + ".")
            .orElse(""));
  }

  private static Optional<Said> training(Case c) {
    List<Subject.Trained> layers = c.whole().subject().trained();
    if (layers.stream().allMatch(Subject.Trained::normalizes)) {
      return Optional.empty();
    }
    String dropped = names(layers.stream().filter(layer -> !layer.normalizes()).toList());
    String normal = names(layers.stream().filter(Subject.Trained::normalizes).toList());
    String runs =
        (dropped.isEmpty() ? "" : "without " + dropped)
            + (dropped.isEmpty() || normal.isEmpty() ? "" : " and ")
            + (normal.isEmpty() ? "" : "with the moving averages of " + normal);
    String fit =
        (dropped.isEmpty() ? "" : "dropout")
            + (dropped.isEmpty() || normal.isEmpty() ? "" : " and ")
            + (normal.isEmpty() ? "" : "batch statistics");
    return new Said()
        .with("layers", layers.size())
        .say(
            "evaluate runs %s; fit runs with %s, and averages over batches while the weights"
                + " change: the two numbers are not the same quantity",
            runs, fit);
  }

  private static String names(List<Subject.Trained> layers) {
    String names =
        layers.stream()
            .limit(NAMED)
            .map(
                layer ->
                    "'"
                        + layer.name()
                        + "'"
                        + layer.rate().map(rate -> " (rate " + Numbers.text(rate) + ")").orElse(""))
            .collect(Collectors.joining(", "));
    return layers.size() > NAMED ? names + " and " + (layers.size() - NAMED) + " more" : names;
  }
}
