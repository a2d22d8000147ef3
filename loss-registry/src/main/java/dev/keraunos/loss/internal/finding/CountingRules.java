package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.Warnings;
import dev.keraunos.loss.internal.evidence.Counted;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.evidence.Padding;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What counts in a loss, and how much: padding, masks, weights, batches. */
final class CountingRules {
  static final Rule PADDING =
      Rule.of(
          "padding-counts",
          needs(Need.INPUTS, Need.TARGETS, Need.SCORES, Need.MASK),
          "No mask and no weights, one input of whole numbers, or of rows of numbers, one for each"
              + " step, and zeros up to the end that make at least a fifth of all steps, where the"
              + " target is one and the same.",
          "502 of 600 positions have input 0 and target 0 up to the end of their sample: padding,"
              + " which counts here. Without it the loss is 1.75 and the accuracy 0; use"
              + " `mask_zero=True` or weights 0",
          CountingRules::padding);

  static final Rule CLASS_WEIGHTS =
      Rule.of(
          "class-weights",
          needs(Need.TARGETS, Need.SCORES, Need.WEIGHTS),
          "Class weights were given.",
          "0.889 with class weights, as fit says; 0.106 without, as evaluate and val_loss say."
              + " Class 1 counts 19 fold: 93 % instead of 41 % of the loss",
          CountingRules::classWeights);

  static final Rule MASK =
      Rule.of(
          "masked-positions",
          needs(Need.MASK, Need.SCORES),
          "A mask, or `ignore_class`, leaves positions out.",
          "55 of 320 positions count, the others are masked; the loss is their mean",
          CountingRules::mask);

  static final Rule SAMPLE_WEIGHTS =
      Rule.of(
          "sample-weights",
          needs(Need.WEIGHTS, Need.SCORES),
          "Sample weights whose mean is not 1, and the loss is no mean by weight.",
          "the weighted mean error is 1.3; Keras divides by the 32 samples, not by the sum of their"
              + " weights, 8: the loss is 0.25 times that",
          CountingRules::sampleWeights);

  static final Rule NO_WEIGHT =
      Rule.of(
          "all-weights-are-0",
          needs(Need.WEIGHTS, Need.SCORES),
          "Sample weights that are all 0.",
          "all 32 weights are 0: the loss is 0 whatever is predicted. Without weights it would be"
              + " 3.46",
          CountingRules::noWeight);

  static final Rule LAST_BATCH =
      Rule.of(
              Warnings.LAST_BATCH,
              needs(Need.CONFIG),
              "A batch of another size, where that Keras counts every batch once.",
              "Keras 3.0.5 counts every batch once in the loss, the batch of 2 samples as much as"
                  + " those of 32; counted by size the loss would be 53.1",
              CountingRules::lastBatch)
          .wholly();

  static final Rule PRINTED =
      Rule.of(
              "printed-losses",
              needs(Need.CONFIG, Need.SCORES),
              "A loss that Keras prints for an output is another number than the output has in the"
                  + " loss of the model.",
              "Keras prints price_loss 0.0902, which is not the 0.108 that output 'price' has in"
                  + " the loss",
              CountingRules::printed)
          .wholly();

  static final Rule OTHER_LOSS =
      warning(
          Warnings.OTHER_LOSS,
          "Keras computes another loss of an output than was declared for it.");
  static final Rule WEIGHTS_ALONG =
      warning(
          Warnings.WEIGHTS_ALONG,
          "Sample weights of rank 1 run along the last axis of the scores.");
  static final Rule ZERO_WEIGHTS =
      warning(
          Warnings.ZERO_WEIGHTS,
          "Weights of 0, and Keras divides by the share of those that are not.");
  static final Rule EMPTY_BATCH =
      warning(Warnings.EMPTY_BATCH, "A batch of which nothing counts makes the loss NaN.");

  private static final double MUCH = 0.2;
  private static final double SAME = 1e-4;

  private CountingRules() {}

  /** A row that says what evaluate warns of. */
  private static Rule warning(String rule, String when) {
    return Rule.of(
            rule,
            needs(Need.CONFIG, Need.WEIGHTS),
            when,
            "",
            c -> c.whole().warning(rule).flatMap(text -> new Said().say("%s", text)))
        .wholly();
  }

  private static Optional<Said> padding(Case c) {
    Padding padding = c.evidence().padding();
    boolean much = padding.padded() >= MUCH * padding.steps() && padding.padded() > 0;
    if (!much || c.evidence().counted().isWeighted() || padding.padded() == padding.steps()) {
      return Optional.empty();
    }
    return new Said()
        .with("padding", padding.padded())
        .with("positions", padding.steps())
        .with("loss of the rest", padding.lossOfRest())
        .with("accuracy of the rest", padding.accuracyOfRest())
        .say(
            "%d of %d positions have input 0 and target %s up to the end of their sample: padding,"
                + " which counts here. Without it the loss is %s%s; use %s or weights 0",
            padding.padded(),
            padding.steps(),
            Numbers.text(padding.target()),
            padding.lossOfRest(),
            Errors.isCrossentropy(c.setup())
                ? " and the accuracy " + Numbers.rounded(padding.accuracyOfRest())
                : "",
            padding.isOfRows() ? "a Masking layer" : "`mask_zero=True`");
  }

  private static Optional<Said> classWeights(Case c) {
    if (!c.whole().classWeighted() || !c.evidence().counted().isWeighted()) {
      return Optional.empty();
    }
    double without = c.evidence().counted().unweighted();
    Said said = new Said().with("with", c.value()).with("without", without);
    return said.say(
        "%s with class weights, as fit says; %s without, as evaluate and val_loss say%s",
        c.value(), without, heaviest(c, said));
  }

  private static String heaviest(Case c, Said said) {
    List<Explanation.ClassShare> classes = c.classes();
    double least = classes.stream().mapToDouble(CountingRules::weight).min().orElse(0);
    Optional<Explanation.ClassShare> most =
        classes.stream().max(Comparator.comparingDouble(CountingRules::weight));
    if (most.isEmpty() || least <= 0 || c.value() <= 0) {
      return "";
    }
    double plain = classes.stream().mapToDouble(CountingRules::plain).sum();
    double with = most.get().byTrueClass() / c.output().contribution();
    double without = plain(most.get()) / plain;
    double fold = weight(most.get()) / least;
    said.with("class", most.get().index())
        .with("fold", fold)
        .with("share with", with)
        .with("share without", without);
    return String.format(
        ". Class %s counts %s fold: %s instead of %s of the loss",
        most.get().label(), Numbers.rounded(fold), Numbers.percent(with), Numbers.percent(without));
  }

  private static double weight(Explanation.ClassShare share) {
    return share.coefficient() / share.positions();
  }

  private static double plain(Explanation.ClassShare share) {
    return share.meanScore().orElse(0.0) * share.positions();
  }

  private static Optional<Said> mask(Case c) {
    Counted counted = c.evidence().counted();
    if (counted.masked() == counted.unmasked()) {
      return Optional.empty();
    }
    Said said = new Said().with("count", counted.unmasked()).with("positions", counted.masked());
    boolean mean = Math.abs(counted.coefficients() - 1) < SAME;
    boolean plain = !counted.isWeighted() && c.setup().mode() != Reduction.Mode.SUM;
    if (!mean && plain) {
      double own = c.value() / counted.coefficients();
      return said.with("mean", own)
          .say(
              "%d of %d positions count, the others are masked; the loss is their sum / %d, %s,"
                  + " where their mean is %s",
              counted.unmasked(), counted.masked(), counted.scores(), c.value(), own);
    }
    return said.say(
        "%d of %d positions count, the others are masked%s",
        counted.unmasked(), counted.masked(), plain ? "; the loss is their mean" : "");
  }

  private static Optional<Said> noWeight(Case c) {
    Counted counted = c.evidence().counted();
    if (!counted.isWeighted() || counted.zeros() < counted.weights()) {
      return Optional.empty();
    }
    return new Said()
        .with("weights", counted.weights())
        .with("without weights", counted.unweighted())
        .say(
            "all %d weights are 0: the loss is %s whatever is predicted. Without weights it would"
                + " be %s",
            counted.weights(), c.value(), counted.unweighted());
  }

  private static Optional<Said> sampleWeights(Case c) {
    Counted counted = c.evidence().counted();
    boolean asks =
        counted.isWeighted()
            && !c.whole().classWeighted()
            && counted.masked() == 0
            && c.setup().mode() != Reduction.Mode.SUM
            && c.whole().warning(Warnings.ZERO_WEIGHTS).isEmpty()
            && Math.abs(counted.coefficients() - 1) > SAME;
    if (!asks) {
      return Optional.empty();
    }
    double mean = c.value() / counted.coefficients();
    return new Said()
        .with("weighted mean", mean)
        .with("weights", counted.weights())
        .with("sum of weights", counted.sumOfWeights())
        .with("factor", counted.coefficients())
        .say(
            "the weighted mean error is %s; Keras divides by the %d %s, not by the sum of their"
                + " weights, %s: the loss is %s times that",
            mean,
            counted.weights(),
            counted.weights() == c.whole().samples() ? "samples" : "weights",
            counted.sumOfWeights(),
            counted.coefficients());
  }

  private static Optional<Said> lastBatch(Case c) {
    Optional<String> warning = c.whole().warning(Warnings.LAST_BATCH);
    if (warning.isEmpty()) {
      return Optional.empty();
    }
    double bySize = c.whole().bySize();
    Said said = new Said();
    boolean other = Math.abs(bySize - c.whole().loss()) > SAME * Math.abs(bySize);
    if (other) {
      said.with("by size", bySize);
    }
    return said.say(
        "%s%s",
        warning.get(),
        other ? ". Counted by size the loss would be " + Numbers.rounded(bySize) : "");
  }

  private static Optional<Said> printed(Case c) {
    Said said = new Said();
    List<String> parts = new ArrayList<>();
    for (Explanation.Output output : c.whole().outputs()) {
      for (Map.Entry<String, Double> entry : c.whole().result().entrySet()) {
        boolean own = entry.getKey().equals(c.whole().printed().get(output.name()));
        double printed = entry.getValue();
        boolean weighted = Math.abs(printed - output.contribution()) <= SAME * Math.abs(printed);
        boolean same = Numbers.rounded(printed).equals(Numbers.rounded(output.value()));
        if (own && !same && !weighted) {
          said.with(entry.getKey(), printed).with(output.name(), output.value());
          parts.add(
              String.format(
                  "%s %s where %s has %s",
                  entry.getKey(),
                  Numbers.rounded(printed),
                  output.name(),
                  Numbers.rounded(output.value())));
        }
      }
    }
    return parts.isEmpty()
        ? Optional.empty()
        : said.say(
            "Keras prints %s in the loss of the model: the printed ones count %s",
            String.join(" and ", parts),
            c.whole()
                .warning(Warnings.LAST_BATCH)
                .map(warning -> "every batch alike, however small")
                .orElse("batches and weights otherwise"));
  }
}
