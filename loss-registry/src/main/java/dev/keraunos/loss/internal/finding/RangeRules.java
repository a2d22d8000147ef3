package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.internal.evidence.Alternatives.Way;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.Elements.Sum;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.evidence.Rescaled;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.Locale;
import java.util.Optional;

/** Targets and predictions outside of what the loss is made for: losses below 0, logits. */
final class RangeRules {
  static final Rule TARGETS_OUTSIDE =
      Rule.of(
          "targets-outside-0-1",
          needs(Need.TARGETS, Need.LOSS_AGAIN),
          "A binary crossentropy, and targets above 1 or below 0 by more than 1e-6.",
          "72 of 384 targets are above 1 (the largest is 255): binary_crossentropy is negative"
              + " there and adds -260; with targets / 255 the loss would be 1.48",
          RangeRules::targetsOutside);

  static final Rule SUMS_APART =
      Rule.of(
          "sums-apart",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "A Kullback-Leibler divergence, and the channels of targets and predictions sum to"
              + " numbers that are more than 1 % apart.",
          "the predictions of a sample sum to 98.5 on average, the targets to 17.7: kld is at least"
              + " 0 only if both sum to the same",
          RangeRules::sumsApart);

  static final Rule LOGITS =
      Rule.of(
          "logits-as-probabilities",
          needs(Need.PREDICTIONS, Need.CONFIG, Need.LOSS_AGAIN),
          "A crossentropy without `from_logits`, and predictions outside of 0 to 1 by more than"
              + " 1e-6.",
          "167 of 180 predictions lie outside 0..1 (-6.86 to 6.99); the loss clips them. 'scores'"
              + " has no softmax: with `from_logits=True` the loss would be 0.0363",
          RangeRules::logits);

  static final Rule PROBABILITIES =
      Rule.of(
          "probabilities-as-logits",
          needs(Need.PREDICTIONS, Need.CONFIG, Need.LOSS_AGAIN),
          "A crossentropy with `from_logits=True`, predictions between 0 and 1 that sum to 1, or"
              + " end in a sigmoid, and Keras does not go back to what went into it.",
          "the predictions are probabilities already (every row sums to 1), and from_logits=True"
              + " takes their softmax again: with 10 classes the loss cannot be below 1.46",
          RangeRules::probabilities);

  static final Rule FROM_LOGITS_IGNORED =
      Rule.of(
          "from-logits-ignored",
          needs(Need.PREDICTIONS, Need.CONFIG, Need.LOSS_AGAIN),
          "The same, but Keras goes back to what went into the activation.",
          "from_logits=True though the model ends in softmax: Keras ignores it here, as it knows"
              + " what went into the softmax",
          c -> recovered(c) && areProbable(c) ? ignored(c) : Optional.empty());

  static final Rule OTHER_ACTIVATION =
      Rule.of(
          "binary-crossentropy-of-softmax",
          needs(Need.PREDICTIONS, Need.CONFIG, Need.LOSS_AGAIN),
          "A binary crossentropy of a softmax of several channels that Keras computes from what"
              + " went into it, and of the predictions themselves it would be another number.",
          "Keras computes binary_crossentropy from what went into the softmax as if it went into a"
              + " sigmoid: 0.228. Of the probabilities it is 0.0984; use categorical_crossentropy",
          RangeRules::otherActivation);

  static final Rule BY_DESIGN =
      Rule.of(
          "negative-by-design",
          needs(Need.CONFIG, Need.TARGETS),
          "A cosine similarity or a Poisson loss below 0.",
          "cosine similarity is negative by design: -1 is the best value",
          RangeRules::byDesign);

  /** How far the targets of a position may sum from 1 if one class holds there. */
  private static final double ONE_CLASS = 0.01;

  private static final double APART = 0.01;
  private static final double SAME = 1e-3;
  private static final int CLASSES = 1000;

  private RangeRules() {}

  private static Optional<Said> targetsOutside(Case c) {
    Elements e = c.evidence().elements();
    if (!Errors.isBinary(c.setup()) || !e.areKnown() || e.above() + e.below() == 0) {
      return Optional.empty();
    }
    Said said = new Said().with("targets", e.count()).with("above", e.above());
    if (e.above() == 0) {
      return said.with("below", e.below())
          .with("smallest", e.smallestTarget())
          .say(
              "%d of %d targets are below 0 (the smallest is %s): binary_crossentropy is made for 0"
                  + " to 1; for targets of -1 and 1 use hinge, or (targets + 1) / 2",
              e.below(), e.count(), e.smallestTarget());
    }
    double adds = e.sharesOfAbove() / c.evidence().weight();
    said.with("largest", e.largestTarget()).with("adds", adds);
    Optional<Double> scale = Rescaled.scale(e.largestTarget());
    Optional<Double> scaled = scale.flatMap(s -> c.evidence().rescaled().loss(s));
    scaled.ifPresent(loss -> said.with("scaled", loss));
    String mend =
        scaled.isPresent()
            ? "with targets / "
                + Numbers.rounded(scale.get())
                + " the loss would be "
                + Numbers.rounded(scaled.get())
            : instead(c, e);
    return said.say(
        "%d of %d targets are above 1 (the largest is %s): binary_crossentropy %s; %s",
        e.above(),
        e.count(),
        e.largestTarget(),
        (adds < 0 ? "is negative there and adds " : "has no least value there; they add ")
            + Numbers.rounded(adds),
        mend);
  }

  /** What targets above 1 may have been meant to be. */
  private static String instead(Case c, Elements e) {
    double low = e.smallestTarget();
    double high = e.largestTarget();
    if (e.fractional() > 0 || high > CLASSES || low < 0 || c.width() > 1) {
      return "a quantity wants a loss of numbers (mse, mae), a picture its targets in 0..1";
    }
    return high == low + 1
        ? String.format(Locale.ROOT, "subtract %.0f from them to have 0 and 1", low)
        : String.format(
            Locale.ROOT,
            "class numbers want sparse_categorical_crossentropy and a softmax of %.0f units, '%s'"
                + " has 1",
            high + 1,
            c.name());
  }

  private static Optional<Said> sumsApart(Case c) {
    Elements e = c.evidence().elements();
    if (!Errors.isDivergence(c.setup()) || !e.areKnown() || e.channels() < 2) {
      return Optional.empty();
    }
    double y = e.rowOfTargets();
    double p = e.rowOfPredictions();
    if (Math.abs(y - p) <= APART * Math.max(Math.abs(y), Math.abs(p))) {
      return Optional.empty();
    }
    return new Said()
        .with("sum of predictions", p)
        .with("sum of targets", y)
        .say(
            "the predictions of a sample sum to %s on average, the targets to %s: kld is at least 0"
                + " only if both sum to the same; end the model in softmax and scale the targets",
            p, y);
  }

  private static String activation(Case c) {
    return Errors.isBinary(c.setup()) ? "sigmoid" : "softmax";
  }

  private static Optional<Said> logits(Case c) {
    Elements e = c.evidence().elements();
    boolean asks =
        Errors.isCrossentropy(c.setup())
            && !c.has("from_logits")
            && e.arePredictionsKnown()
            && e.outside() > 0;
    if (!asks) {
      return Optional.empty();
    }
    Said said =
        new Said()
            .with("outside", e.outside())
            .with("predictions", e.count())
            .with("smallest", e.lowest())
            .with("largest", e.highest());
    Optional<Double> other = c.evidence().alternatives().loss(Way.FROM_LOGITS);
    other.ifPresent(loss -> said.with("from logits", loss));
    Optional<String> end = c.whole().subject().otherEnd(c.name());
    return said.say(
        "%d of %d predictions lie outside 0..1 (%s to %s); the loss clips them. '%s' %s %s%s",
        e.outside(),
        e.count(),
        e.lowest(),
        e.highest(),
        c.name(),
        end.map(name -> "ends in " + name + ", not in").orElse("has no"),
        activation(c),
        end.isPresent()
            ? ""
            : other
                .map(loss -> ": with `from_logits=True` the loss would be " + Numbers.rounded(loss))
                .orElse(""));
  }

  private static Optional<Said> ignored(Case c) {
    return new Said()
        .say(
            "from_logits=True though the model ends in %s: Keras ignores it here, as it knows what"
                + " went into the %s",
            activation(c), activation(c));
  }

  /** True if the predictions are probabilities where the loss is told that they are logits. */
  private static boolean areProbable(Case c) {
    Elements e = c.evidence().elements();
    if (!e.arePredictionsKnown() || e.outside() > 0) {
      return false;
    }
    Optional<String> activation = c.whole().subject().activation(c.name());
    return Errors.isBinary(c.setup())
        ? activation.filter("sigmoid"::equals).isPresent()
        : e.areProbabilities();
  }

  private static boolean recovered(Case c) {
    return c.evidence()
        .alternatives()
        .loss(Way.FROM_PROBABILITIES)
        .filter(other -> Math.abs(other - c.value()) <= SAME * Math.abs(c.value()))
        .isPresent();
  }

  private static Optional<Said> probabilities(Case c) {
    Optional<Double> other = c.evidence().alternatives().loss(Way.FROM_PROBABILITIES);
    if (other.isEmpty() || !areProbable(c) || recovered(c)) {
      return Optional.empty();
    }
    boolean binary = Errors.isBinary(c.setup());
    Said said = new Said().with("without", other.get());
    double floor = binary ? Math.log1p(Math.exp(-1)) : Math.log1p((c.width() - 1) / Math.E);
    said.with("floor", floor);
    return said.say(
        "the predictions are probabilities already%s, and from_logits=True takes their %s again:"
            + " with %s the loss cannot be below %s. Without it the loss would be %s",
        binary ? "" : " (every row sums to 1)",
        activation(c),
        c.width() == 1 ? "one unit" : c.width() + " classes",
        floor,
        other.get());
  }

  private static Optional<Said> otherActivation(Case c) {
    Optional<Double> other = c.evidence().alternatives().loss(Way.OF_PREDICTIONS);
    if (other.isEmpty() || Math.abs(other.get() - c.value()) <= SAME * Math.abs(c.value())) {
      return Optional.empty();
    }
    Elements e = c.evidence().elements();
    boolean several = e.areKnown() && Math.abs(e.rowOfTargets() - 1) > ONE_CLASS;
    return new Said()
        .with("loss", c.value())
        .with("of probabilities", other.get())
        .say(
            "Keras computes binary_crossentropy from what went into the softmax as if it went into"
                + " a sigmoid: %s. Of the probabilities it is %s; %s",
            c.value(),
            other.get(),
            several ? "end the model in sigmoid" : "use categorical_crossentropy");
  }

  private static Optional<Said> byDesign(Case c) {
    if (!(c.value() < 0) || !c.setup().isOfKeras()) {
      return Optional.empty();
    }
    if (c.setup().lossName().equals("cosine_proximity")) {
      return new Said()
          .with("best", -1)
          .say("this loss is negative by design: -1 is the best value, 0 no likeness, 1 the worst");
    }
    Elements e = c.evidence().elements();
    if (!c.setup().lossName().equals("poisson") || !e.areKnown()) {
      return Optional.empty();
    }
    double best = (e.sum(Sum.TARGET) + e.sum(Sum.ENTROPY)) / c.evidence().weight() / c.width();
    return new Said()
        .with("best", best)
        .say("this loss is negative by design where targets are large: the best value is %s", best);
  }
}
