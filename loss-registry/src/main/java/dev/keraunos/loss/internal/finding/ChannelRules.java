package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.Elements.Sum;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Regressions of several numbers. */
final class ChannelRules {
  static final Rule CHANNELS =
      Rule.of(
          "channel-of-other-scale",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "A loss of elements with 2 to 64 channels and no classes: one channel adds more than"
              + " 90 %, or is predicted worse than by a constant where all together are not.",
          "channel 1 adds 97.7 %; channel 0 adds 2.3 %, though its mean error 0.355 is worse than"
              + " any constant's (0.0864). Scale the targets",
          ChannelRules::channels);

  private static final double ALMOST_ALL = 0.9;
  private static final int MOST = 64;

  private ChannelRules() {}

  /** The channels of an output; empty where it is no regression of some numbers. */
  static List<Explanation.Channel> of(Case c) {
    Elements e = c.evidence().elements();
    boolean asks =
        Errors.of(c.setup()).isPresent()
            && e.areKnown()
            && e.channels() > 1
            && e.channels() <= MOST
            && c.output().classes().isEmpty()
            && c.output().terms().size() == 1
            && c.output().terms().get(0).byChannel().size() == e.channels();
    List<Explanation.Channel> channels = new ArrayList<>();
    for (int k = 0; asks && k < e.channels(); k++) {
      double contribution = c.output().terms().get(0).byChannel().get(k);
      double weight =
          e.sum(Sum.WEIGHT, k) / c.evidence().weight() / e.channels() * c.output().lossWeight();
      channels.add(
          new Explanation.Channel(
              k,
              contribution,
              contribution / weight,
              Baselines.constant(c, k),
              Math.sqrt(Baselines.variance(e, k))));
    }
    return channels;
  }

  private static Optional<Said> channels(Case c) {
    List<Explanation.Channel> channels = c.output().channels();
    double all = c.output().contribution();
    if (channels.isEmpty() || !(all > 0)) {
      return Optional.empty();
    }
    Explanation.Channel most =
        channels.stream()
            .max(Comparator.comparingDouble(Explanation.Channel::contribution))
            .orElseThrow();
    Optional<Explanation.Channel> worst =
        channels.stream()
            .filter(k -> k.meanLoss() > k.constantLoss())
            .max(Comparator.comparingDouble(k -> k.meanLoss() / k.constantLoss()));
    double part = most.contribution() / all;
    boolean learnt = c.output().baseline().filter(base -> c.value() < base.value()).isPresent();
    if (part <= ALMOST_ALL && (worst.isEmpty() || !learnt)) {
      return Optional.empty();
    }
    Said said = new Said();
    String first = "";
    if (part > ALMOST_ALL) {
      said.with("channel", most.index()).with("adds", part);
      first = "channel " + most.index() + " adds " + Numbers.percent(part);
    }
    if (worst.isEmpty()) {
      return said.say(
          "%s of the loss, as its targets vary by %s. Scale the targets if all matter",
          first, most.spread());
    }
    Explanation.Channel bad = worst.get();
    said.with("worst", bad.index())
        .with("mean error", bad.meanLoss())
        .with("constant", bad.constantLoss());
    String own =
        bad.index() == most.index() && !first.isEmpty()
            ? first + ", and its"
            : (first.isEmpty() ? "" : first + "; ")
                + "channel "
                + bad.index()
                + " adds "
                + Numbers.percent(bad.contribution() / all)
                + ", though its";
    return said.say(
        "%s mean error %s is worse than any constant's (%s)%s",
        own, bad.meanLoss(), bad.constantLoss(), first.isEmpty() ? "" : ". Scale the targets");
  }
}
