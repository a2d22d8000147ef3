package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.evidence.Extent;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.tensor.Shape;
import java.util.Optional;

/** Targets and predictions that are no distribution over classes where the loss takes one. */
final class DistributionRules {
  static final Rule SEVERAL =
      Rule.of(
          "several-classes-at-once",
          needs(Need.TARGETS, Need.CONFIG),
          "A categorical crossentropy of targets that are all 0 or 1 and sum to more than 1.01.",
          "the targets of a sample sum to 2.96 on average: several classes hold at once, and"
              + " categorical_crossentropy is made for one. Use sigmoid and binary_crossentropy",
          DistributionRules::several);

  static final Rule NO_DISTRIBUTION =
      Rule.of(
          "no-distribution",
          needs(Need.PREDICTIONS, Need.CONFIG),
          "A crossentropy of classes without `from_logits`, and predictions between 0 and 1 that do"
              + " not sum to 1 by 1 % or more.",
          "the predictions of a sample sum to 1.57 on average; categorical_crossentropy divides"
              + " them by their sum before it looks at them. End the model in softmax",
          DistributionRules::noDistribution);

  static final Rule OTHER_AXIS =
      Rule.of(
          "softmax-of-other-axis",
          needs(Need.PREDICTIONS, Need.CONFIG),
          "A crossentropy whose classes are on another axis than the last, and predictions that sum"
              + " to 1 along the last.",
          "the predictions sum to 1 along the last axis, but the loss has its 3 classes on axis 1,"
              + " where they sum to 0.429 on average. Give softmax `axis=1`",
          DistributionRules::otherAxis);

  static final Rule OVERLAP =
      Rule.of(
          "outside-of-overlap",
          needs(Need.PREDICTIONS, Need.CONFIG),
          "Dice or Tversky of Keras, and predictions outside of 0 to 1 by more than 1e-6.",
          "232 of 512 predictions lie outside 0..1 (-0.716 to 0.528): dice of such numbers is no"
              + " overlap and can be below 0 or above 1. End 'mask' in sigmoid",
          DistributionRules::overlap);

  private static final double NEAR = 1e-5;
  private static final double APART = 0.01;

  private DistributionRules() {}

  private static boolean isOfClasses(Case c) {
    return Errors.isCrossentropy(c.setup()) && !Errors.isBinary(c.setup());
  }

  private static Optional<Said> several(Case c) {
    Elements e = c.evidence().elements();
    boolean asks =
        c.setup().isOfKeras()
            && c.setup().lossName().equals("categorical_crossentropy")
            && classAxis(c) == c.evidence().predictions().rank() - 1
            && e.areKnown()
            && e.channels() > 1
            && e.notBinary() == 0
            && e.rowOfTargets() > 1 + APART;
    return !asks
        ? Optional.empty()
        : new Said()
            .with("sum of targets", e.rowOfTargets())
            .say(
                "the targets of a %s sum to %s on average: several classes hold at once, and"
                    + " categorical_crossentropy is made for one. Use sigmoid and"
                    + " binary_crossentropy",
                position(c), e.rowOfTargets());
  }

  private static Optional<Said> noDistribution(Case c) {
    Elements e = c.evidence().elements();
    boolean asks =
        isOfClasses(c)
            && !c.has("from_logits")
            && classAxis(c) == c.evidence().predictions().rank() - 1
            && e.arePredictionsKnown()
            && e.channels() > 1
            && e.outside() == 0
            && Math.abs(e.rowOfPredictions() - 1) > APART;
    return !asks
        ? Optional.empty()
        : new Said()
            .with("sum of predictions", e.rowOfPredictions())
            .say(
                "the predictions of a %s sum to %s on average; %s divides them by their sum before"
                    + " it looks at them. %s",
                position(c), e.rowOfPredictions(), c.setup().lossName(), mended(c));
  }

  /** What to do: of a softmax along axis 1 predictions sum to as many as that has. */
  private static String mended(Case c) {
    Shape shape = c.evidence().predictions();
    boolean along =
        shape.rank() > 2
            && Math.abs(
                    c.evidence().elements().rowOfPredictions() * shape.dim(1) / shape.dim(-1) - 1)
                < NEAR;
    return along
        ? "They sum to 1 along axis 1: give softmax `axis=-1`"
        : "End the model in softmax";
  }

  private static Optional<Said> otherAxis(Case c) {
    Extent extent = c.evidence().extent();
    Shape shape = c.evidence().predictions();
    int axis = classAxis(c);
    boolean asks = isOfClasses(c) && axis > 0 && axis < shape.rank() - 1 && shape.dim(-1) > 1;
    if (!asks || !extent.areProbabilities()) {
      return Optional.empty();
    }
    double sum = extent.mean() * shape.dim(axis);
    return new Said()
        .with("sum of classes", sum)
        .say(
            "the predictions sum to 1 along the last axis, but the loss has its %d classes on axis"
                + " %d, where they sum to %s on average. Give softmax `axis=%d`",
            shape.dim(axis), axis, sum, axis);
  }

  private static Optional<Said> overlap(Case c) {
    Extent e = c.evidence().extent();
    return !Errors.isOverlap(c.setup()) || e.outside() == 0
        ? Optional.empty()
        : new Said()
            .with("outside", e.outside())
            .with("predictions", e.count())
            .say(
                "%d of %d predictions lie outside 0..1 (%s to %s): %s of such numbers is no overlap"
                    + " and can be below 0 or above 1. End '%s' in %s",
                e.outside(),
                e.count(),
                e.lowest(),
                e.highest(),
                c.setup().lossName(),
                c.name(),
                c.width() == 1 ? "sigmoid" : "softmax or sigmoid");
  }

  private static int classAxis(Case c) {
    return Errors.classAxis(c.setup(), c.evidence().predictions().rank());
  }

  private static String position(Case c) {
    return c.output().areSamples() ? "sample" : "position";
  }
}
