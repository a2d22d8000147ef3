package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.Elements.Sum;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Losses whose size says more of units and sums than of errors. */
final class ScaleRules {
  static final Rule TARGETS =
      Rule.of(
          "targets-of-other-scale",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "An error of numbers no better than a constant's, targets of more than 3 (root mean"
              + " square), and predictions that are less than a twentieth of them.",
          "the targets lie between 108000 and 382000, the predictions between 0.2 and 1.49: the"
              + " model has not come near them. Scale the targets, and the predictions back",
          ScaleRules::targets);

  static final Rule REACH =
      Rule.of(
          "targets-out-of-reach",
          needs(Need.TARGETS, Need.CONFIG),
          "An error of numbers, an output that ends in relu, sigmoid, softmax or tanh, and at least"
              + " a twentieth of the targets lies outside of what that gives.",
          "30 of 60 targets are below 0 (the smallest is -3.40), which 'level' never predicts: it"
              + " ends in relu. End it in a linear layer",
          ScaleRules::reach);

  static final Rule INPUTS =
      Rule.of(
              "inputs-of-other-scale",
              needs(Need.INPUTS, Need.MODEL_AGAIN),
              "Inputs that are pictures of 0 to 255, or of 0 to 1, a loss no better than that of"
                  + " guessing, and in another usual scale it would be less than half of that.",
              "the inputs lie between 0.259 and 255: divided by 255 the loss would be 0.000205, not"
                  + " 30.7. The model seems to be trained on such inputs; scale them as in"
                  + " training",
              ScaleRules::inputs)
          .wholly();

  static final Rule OUTPUT =
      Rule.of(
              "output-makes-the-loss",
              needs(Need.TARGETS, Need.SCORES),
              "One of several outputs adds more than 99 % of the loss, and another has at least"
                  + " nine tenths of the loss of guessing.",
              "output 'price' adds 99.9 % of the loss; 'sold', whose 0.703 is hardly less than that"
                  + " of guessing (0.693) or more, does not count. Scale the targets of 'price', or"
                  + " use `loss_weights`",
              ScaleRules::output)
          .wholly();

  static final Rule SUM =
      Rule.of(
          "sum-of-a-batch",
          needs(Need.SCORES, Need.CONFIG),
          "A loss with `reduction='sum'`, without weights and masks.",
          "the loss of a batch is the sum over its samples (`reduction='sum'`), so it grows with"
              + " batch_size; their mean is 1.88",
          ScaleRules::sum);

  private static final double NEAR = 1e-6;
  private static final double PART = 0.05;
  private static final double SMALL = 0.05;
  private static final double LARGE = 3;
  private static final double ALL = 0.99;
  private static final double LITTLE_LEARNT = 0.9;

  private ScaleRules() {}

  private static Optional<Said> targets(Case c) {
    Elements e = c.evidence().elements();
    boolean asks =
        Errors.of(c.setup()).isPresent()
            && e.areKnown()
            && c.output().baseline().filter(base -> c.value() >= base.value()).isPresent()
            && e.sum(Sum.TARGET_SQUARED) > LARGE * LARGE * e.count()
            && e.sum(Sum.PREDICTION_SQUARED) < SMALL * SMALL * e.sum(Sum.TARGET_SQUARED);
    return !asks
        ? Optional.empty()
        : new Said()
            .with("smallest target", e.smallestTarget())
            .with("largest target", e.largestTarget())
            .with("smallest prediction", e.lowest())
            .with("largest prediction", e.highest())
            .say(
                "the targets lie between %s and %s, the predictions between %s and %s: the model"
                    + " has not come near them. Scale the targets, and the predictions back",
                e.smallestTarget(), e.largestTarget(), e.lowest(), e.highest());
  }

  private static Optional<Said> inputs(Case c) {
    double loss = c.whole().loss();
    boolean asks =
        c.whole().outputs().size() == 1
            && c.output().baseline().filter(base -> c.value() >= base.value()).isPresent();
    return !asks
        ? Optional.empty()
        : c.whole()
            .subject()
            .rescaled()
            .filter(found -> found.loss() < c.output().baseline().orElseThrow().value() / 2)
            .flatMap(
                found ->
                    new Said()
                        .with("smallest", found.low())
                        .with("largest", found.high())
                        .with("loss", found.loss())
                        .say(
                            "the inputs lie between %s and %s: %s the loss would be %s, not %s. The"
                                + " model seems to be trained on such inputs; scale them as in"
                                + " training",
                            found.low(), found.high(), found.scale(), found.loss(), loss));
  }

  private static Optional<Said> reach(Case c) {
    Elements e = c.evidence().elements();
    String end =
        c.whole()
            .subject()
            .activation(c.name())
            .or(() -> c.whole().subject().otherEnd(c.name()))
            .orElse("");
    boolean known = Errors.of(c.setup()).isPresent() && e.areKnown();
    if (!known || !Set.of("relu", "sigmoid", "softmax", "tanh").contains(end)) {
      return Optional.empty();
    }
    boolean low = !end.equals("tanh") && e.smallestTarget() < -NEAR;
    boolean high = !end.equals("relu") && (!end.equals("tanh") || e.largestTarget() > 1 + NEAR);
    long outside = (low ? e.below() : 0) + (high ? e.above() : 0);
    if (outside == 0 || outside < PART * e.count()) {
      return Optional.empty();
    }
    String least = Numbers.rounded(e.smallestTarget());
    String most = Numbers.rounded(e.largestTarget());
    String where =
        switch (end) {
          case "relu" -> "are below 0 (the smallest is " + least + ")";
          case "tanh" -> "are above 1 (the largest is " + most + ")";
          default -> "lie outside 0..1 (" + least + " to " + most + ")";
        };
    return new Said()
        .with("outside", outside)
        .with("targets", e.count())
        .say(
            "%d of %d targets %s, which '%s' never predicts: it ends in %s. End it in a linear"
                + " layer%s",
            outside,
            e.count(),
            where,
            c.name(),
            end,
            end.equals("relu") ? "" : ", or scale the targets");
  }

  private static Optional<Said> output(Case c) {
    List<Explanation.Output> outputs = c.whole().outputs();
    double all = outputs.stream().mapToDouble(Explanation.Output::contribution).sum();
    Explanation.Output most =
        outputs.stream()
            .max(Comparator.comparingDouble(Explanation.Output::contribution))
            .orElseThrow();
    Optional<Explanation.Output> bad =
        outputs.stream()
            .filter(output -> !output.name().equals(most.name()) && output.lossWeight() != 0)
            .filter(ScaleRules::isGuessed)
            .min(Comparator.comparingDouble(Explanation.Output::contribution));
    boolean oneSign = outputs.stream().allMatch(output -> output.contribution() >= 0);
    if (!oneSign || bad.isEmpty() || !(most.contribution() > ALL * all)) {
      return Optional.empty();
    }
    double guessing = bad.get().baseline().orElseThrow().value();
    return new Said()
        .with("adds", most.contribution() / all)
        .with(bad.get().name(), bad.get().value())
        .with("guessing", guessing)
        .say(
            "output '%s' adds %s of the loss; '%s', whose %s is hardly less than that of guessing"
                + " (%s) or more, does not count. Scale the targets of '%s', or use `loss_weights`",
            most.name(),
            Numbers.percent(most.contribution() / all),
            bad.get().name(),
            bad.get().value(),
            guessing,
            most.name());
  }

  private static boolean isGuessed(Explanation.Output output) {
    return output
        .baseline()
        .filter(base -> base.value() > 0 && output.value() >= LITTLE_LEARNT * base.value())
        .isPresent();
  }

  private static Optional<Said> sum(Case c) {
    double mean = c.evidence().counted().mean();
    boolean asks =
        c.setup().mode() == Reduction.Mode.SUM
            && !c.evidence().counted().isWeighted()
            && c.evidence().counted().masked() == 0
            && Double.isFinite(mean);
    return !asks
        ? Optional.empty()
        : new Said()
            .with("mean", mean)
            .say(
                "the loss of a batch is the sum over its %s (`reduction='sum'`), so it grows with"
                    + " batch_size; their mean is %s",
                c.output().unit(), mean);
  }
}
