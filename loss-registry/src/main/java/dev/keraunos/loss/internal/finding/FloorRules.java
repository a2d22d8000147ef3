package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.evidence.Alternatives.Way;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.Elements.Sum;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.Optional;

/** How small a loss can be, and how large it is without knowing anything. */
final class FloorRules {
  static final Rule SMOOTHING =
      Rule.of(
          "label-smoothing",
          needs(Need.CONFIG, Need.SCORES, Need.LOSS_AGAIN),
          "A crossentropy with `label_smoothing`.",
          "with label_smoothing 0.1 and 10 classes no prediction has a loss below 0.5; this one is"
              + " 0.00166 above it. Without smoothing it would be 0.0876",
          FloorRules::smoothing);

  static final Rule SOFT_TARGETS =
      Rule.of(
          "soft-targets",
          needs(Need.TARGETS),
          "A crossentropy of targets that are not all 0 or 1, whose entropy makes at least a third"
              + " of the loss.",
          "the targets are not all 0 or 1: no prediction has a loss below 0.0885; this one is"
              + " 0.0032 above it",
          FloorRules::soft);

  static final Rule GUESSING =
      Rule.of(
          "no-better-than-guessing",
          needs(Need.TARGETS, Need.SCORES),
          "The loss is at least that of the best constant prediction: the class shares for"
              + " crossentropies, the mean for the squared error, the median for others. Said after"
              + " every other rule.",
          "the loss 0.112 is no better than guessing the class shares, which has 0.111",
          FloorRules::guessing);

  private static final double MUCH = 1.0 / 3;

  private FloorRules() {}

  private static Optional<Said> smoothing(Case c) {
    double e = c.setting("label_smoothing", 0);
    if (e <= 0 || !Errors.isCrossentropy(c.setup())) {
      return Optional.empty();
    }
    long classes = Errors.isBinary(c.setup()) ? 2 : c.width();
    double rest = e / classes;
    double own = 1 - e + rest;
    double floor =
        -(own * Math.log(own) + (classes - 1) * rest * Math.log(rest))
            * c.evidence().counted().coefficients();
    double above = c.value() - floor;
    Said said = new Said().with("label_smoothing", e).with("floor", floor).with("above", above);
    Optional<Double> plain = c.evidence().alternatives().loss(Way.UNSMOOTHED);
    plain.ifPresent(loss -> said.with("without smoothing", loss));
    return said.say(
        "with label_smoothing %s and %d classes no prediction has a loss below %s; this one is %s"
            + " above it.%s",
        e,
        classes,
        floor,
        above,
        plain.map(loss -> " Without smoothing it would be " + Numbers.rounded(loss)).orElse(""));
  }

  private static Optional<Said> soft(Case c) {
    Elements e = c.evidence().elements();
    boolean asks =
        Errors.isCrossentropy(c.setup())
            && e.areKnown()
            && e.notBinary() > 0
            && e.above() + e.below() == 0
            && c.setting("label_smoothing", 0) == 0;
    if (!asks) {
      return Optional.empty();
    }
    boolean binary = Errors.isBinary(c.setup());
    double floor =
        e.sum(binary ? Sum.BINARY_ENTROPY : Sum.ENTROPY)
            / (binary ? e.channels() : 1)
            / c.evidence().weight();
    if (!(floor >= MUCH * c.value()) || floor > c.value()) {
      return Optional.empty();
    }
    return new Said()
        .with("floor", floor)
        .with("above", c.value() - floor)
        .say(
            "the targets are not all 0 or 1: no prediction has a loss below %s; this one is %s"
                + " above it",
            floor, c.value() - floor);
  }

  private static Optional<Said> guessing(Case c) {
    Optional<Explanation.Baseline> base = c.output().baseline();
    boolean constant = c.evidence().constancy().isConstant();
    if (base.isEmpty() || constant || !(c.value() >= base.get().value()) || c.value() == 0) {
      return Optional.empty();
    }
    return new Said()
        .with("loss", c.value())
        .with("guessing", base.get().value())
        .say(
            "the loss %s is no better than %s, which has %s",
            c.value(), base.get().guess(), base.get().value());
  }
}
