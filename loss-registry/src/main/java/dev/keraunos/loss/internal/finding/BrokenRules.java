package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.Warnings;
import dev.keraunos.loss.internal.evidence.Constancy;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.NotFinite;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Losses that are no number, and predictions that do not depend on the input. */
final class BrokenRules {
  static final Rule NOT_A_NUMBER =
      Rule.of(
          "not-a-number",
          needs(Need.INPUTS, Need.TARGETS, Need.PREDICTIONS, Need.MODEL_AGAIN),
          "The loss is NaN or infinite. The first cause found: inputs, targets, labels that are no"
              + " class, weights of the model, the first layer that makes NaN of numbers,"
              + " predictions below 0 of which a loss takes the logarithm. Nothing else is said"
              + " then.",
          "input 'features' is NaN at [37, 3], and nowhere else; the loss of the other 47 samples"
              + " is 3.2",
          BrokenRules::notANumber);

  static final Rule LABELS =
      Rule.of(
          "labels-out-of-range",
          needs(Need.TARGETS, Need.CONFIG),
          "Class numbers below 0 or not below the channels of the output, `ignore_class` aside,"
              + " where Keras computes on.",
          "5 targets (samples 6, 13, 20, ...) are 7, but output 'category' has 7 channels, 0 to 6",
          c -> c.evidence().notFinite().strangers() > 0 ? labels(c) : Optional.empty());

  static final Rule CONSTANT =
      Rule.of(
          "constant-prediction",
          needs(Need.PREDICTIONS, Need.MODEL_AGAIN),
          "At least three samples, and all have the same prediction to 1e-6. The cause is a softmax"
              + " of one unit, or a hidden layer whose outputs are all 0, where one is found.",
          "all 64 predictions are 0.5, whatever the input: 0.693 is the loss of guessing the class"
              + " shares. All outputs of 'hidden' are 0",
          BrokenRules::constant);

  private static final int LISTED = 4;

  private BrokenRules() {}

  private static Optional<Said> notANumber(Case c) {
    if (Double.isFinite(c.value())) {
      return Optional.empty();
    }
    NotFinite found = c.evidence().notFinite();
    Said said = new Said();
    String rest = rest(c, said);
    if (found.input().isPresent()) {
      return spot(said, "input '%s'", found.input().get(), rest);
    }
    if (found.target().isPresent()) {
      return spot(said, "the target of output '%s'", found.target().get(), rest);
    }
    if (found.strangers() > 0) {
      return labels(c);
    }
    List<String> weights = c.whole().subject().brokenWeights();
    if (!weights.isEmpty()) {
      String more = weights.size() > 1 ? " and " + (weights.size() - 1) + " more" : "";
      return said.with("variables", weights.size())
          .say(
              "the model's weights are NaN or infinite: '%s'%s. Training diverged: go back to"
                  + " weights from before, with a lower learning rate or clipped gradients",
              weights.get(0), more);
    }
    Optional<String> layer =
        found.isInPrediction() ? c.whole().subject().firstBroken() : Optional.empty();
    if (layer.isPresent()) {
      return said.say(
          "layer '%s' makes NaN or infinite numbers of finite ones%s", layer.get(), rest);
    }
    Elements e = c.evidence().elements();
    boolean logarithm = c.setup().isOfKeras() && c.setup().lossName().equals("poisson");
    if (logarithm && e.arePredictionsKnown() && e.negative() > 0) {
      return said.with("below", e.negative())
          .with("smallest", e.lowest())
          .say(
              "%d of %d predictions of '%s' are below 0 (the smallest is %s), and poisson takes"
                  + " their logarithm: end the model in softplus or exponential%s",
              e.negative(), e.count(), c.name(), e.lowest(), rest);
    }
    Optional<String> empty = c.whole().warning(Warnings.EMPTY_BATCH);
    if (empty.isPresent()) {
      return said.say("%s%s", empty.get(), rest);
    }
    return said.say(
        "the loss of output '%s' is %s%s%s", c.name(), String.valueOf(c.value()), where(c), rest);
  }

  private static String where(Case c) {
    List<Long> samples =
        c.output().bySample().stream()
            .filter(part -> !Double.isFinite(part.value()) && part.to() - part.from() == 1)
            .map(Explanation.Part::from)
            .toList();
    if (samples.isEmpty()) {
      return "";
    }
    return (samples.size() == 1 ? " because of sample " : " because of samples ")
        + Numbers.some(samples, samples.size());
  }

  private static Optional<Said> spot(Said said, String where, NotFinite.Spot spot, String rest) {
    said.with("count", spot.count());
    for (int i = 0; i < spot.index().size(); i++) {
      said.with("index" + i, spot.index().get(i));
    }
    String text = String.format(where, spot.name());
    return spot.count() == 1
        ? said.say("%s is %s at %s, and nowhere else%s", text, spot.what(), spot.index(), rest)
        : said.say(
            "%s is not finite in %d places, first %s at %s%s",
            text, spot.count(), spot.what(), spot.index(), rest);
  }

  /** The loss of the samples that have one. */
  private static String rest(Case c, Said said) {
    NotFinite found = c.evidence().notFinite();
    long all = found.samples();
    long finite = found.finite().orElse(0L);
    if (finite == 0 || finite == all) {
      return "";
    }
    double loss = found.rest() / c.evidence().weight() * all / finite;
    said.with("loss of the others", loss);
    return String.format(
        "; the loss of the other %s is %s",
        Numbers.count(finite, "sample", "samples"), Numbers.rounded(loss));
  }

  private static Optional<Said> labels(Case c) {
    NotFinite found = c.evidence().notFinite();
    Said said = new Said().with("labels", found.strangers());
    long classes = c.width();
    double low = found.smallestStranger();
    double high = found.largestStranger();
    String what =
        low == high ? "are " + (long) low : "lie between " + (long) low + " and " + (long) high;
    List<Long> samples = found.samplesOfStrangers();
    String mend =
        low < 0
            ? "give such positions the weight 0, or the loss `ignore_class`"
            : low > classes
                ? String.format(
                    "if %.0f marks what has no label, give such positions the weight 0 or the loss"
                        + " `ignore_class=%.0f`, else give it %.0f units",
                    low, low, high + 1)
                : "subtract 1 from the targets if they count from 1, or give it "
                    + ((long) high + 1)
                    + " units";
    String keras =
        Double.isFinite(c.value())
            ? "Keras counts their loss as 0 here"
            : "Keras refuses this on a CPU and computes NaN on a GPU";
    return said.say(
        "%d targets (sample%s %s) %s, but output '%s' has %d channels, 0 to %d; %s. %s%s",
        found.strangers(),
        samples.size() == 1 ? "" : "s",
        Numbers.some(samples, Math.max(samples.size(), found.strangers())),
        what,
        c.name(),
        classes,
        classes - 1,
        mend,
        keras,
        rest(c, said));
  }

  private static Optional<Said> constant(Case c) {
    Constancy constancy = c.evidence().constancy();
    if (!constancy.isConstant()) {
      return Optional.empty();
    }
    float[] first = constancy.first();
    boolean one = LongStream.range(0, first.length).allMatch(i -> first[(int) i] == first[0]);
    Said said = new Said().with("samples", constancy.samples());
    if (one) {
      said.with("prediction", first[0]);
    }
    boolean unit = c.evidence().predictions().dim(-1) == 1;
    boolean softmax =
        c.whole().subject().activation(c.name()).filter("softmax"::equals).isPresent();
    if (unit && softmax && one) {
      return said.say(
          "every prediction of '%s' is %s: softmax of one unit is 1 whatever the input; use"
              + " sigmoid%s",
          c.name(), (double) first[0], guessing(c, said, ". Guessing would have the loss %s"));
    }
    String value = one ? Numbers.rounded(first[0]) : several(first);
    String dead =
        c.whole()
            .subject()
            .deadLayer(c.name())
            .map(layer -> ". All outputs of '" + layer + "' are 0")
            .orElse("");
    return said.say(
        "all %d predictions are %s, whatever the input%s%s",
        constancy.samples(), value, compared(c, said), dead);
  }

  private static String several(float[] values) {
    String text =
        Arrays.stream(toDoubles(values))
            .limit(LISTED)
            .mapToObj(Numbers::rounded)
            .collect(Collectors.joining(", "));
    return "(" + text + (values.length > LISTED ? ", ...)" : ")");
  }

  private static double[] toDoubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private static String guessing(Case c, Said said, String format) {
    return c.output()
        .baseline()
        .map(
            base -> {
              said.with("guessing", base.value());
              return String.format(format, Numbers.rounded(base.value()));
            })
        .orElse("");
  }

  /** That the loss is that of guessing, or what guessing would have. */
  private static String compared(Case c, Said said) {
    if (c.output().baseline().isEmpty()) {
      return "";
    }
    Explanation.Baseline base = c.output().baseline().get();
    said.with("loss", c.value()).with("guessing", base.value());
    boolean same = Math.abs(c.value() - base.value()) <= 1e-3 * Math.abs(base.value());
    return same
        ? ": " + Numbers.rounded(c.value()) + " is the loss of " + base.guess()
        : ". Their loss is "
            + Numbers.rounded(c.value())
            + "; "
            + base.guess()
            + " would have "
            + Numbers.rounded(base.value());
  }
}
