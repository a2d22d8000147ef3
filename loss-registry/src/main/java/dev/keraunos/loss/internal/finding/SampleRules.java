package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.internal.evidence.Coupled;
import dev.keraunos.loss.internal.evidence.TopSamples;
import dev.keraunos.loss.internal.evidence.TopSamples.Top;
import dev.keraunos.loss.internal.evidence.ZeroTargets;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.text.Numbers;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;

/** Few samples that make a loss, and losses that depend on which samples share a batch. */
final class SampleRules {
  static final Rule ZERO_TARGETS =
      Rule.of(
          "percentage-of-zero",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "A mean absolute percentage error, and targets below 1e-6 add at least half of it.",
          "2 targets are 0 (samples 5, 41), and the loss divides by 1e-7 there: they add all of it."
              + " Of the other 62 it is 12.8",
          SampleRules::zeros);

  static final Rule FEW_SAMPLES =
      Rule.of(
          "few-samples",
          needs(Need.SCORES, Need.PREDICTIONS, Need.TARGETS),
          "At least 20 samples, at most 5 % of them add at least 80 % of a loss that is more than a"
              + " twentieth of what guessing would have.",
          "3 of 100 samples (90, 58, 11) add 99.999 % of the loss: each is predicted wrong and"
              + " nearly certain (mean score 14.5). Look at their labels",
          SampleRules::few);

  static final Rule PER_BATCH =
      Rule.of(
          "one-number-per-batch",
          needs(Need.SCORES, Need.LOSS_AGAIN),
          "The loss is one number for a batch, and batches of one sample would have another.",
          "'dice' is one number per batch, so it depends on batch_size: 0.288 by 4, 0.579 by 1 (the"
              + " mean over samples; samples 3 and 6 have no positives), 0.259 by 10",
          SampleRules::perBatch);

  private static final int ENOUGH = 20;
  private static final double PART_OF_SAMPLES = 0.05;
  private static final double PART_OF_LOSS = 0.8;
  private static final double HALF = 0.5;
  private static final double NEARLY_ALL = 0.9995;
  private static final double CERTAIN = 0.01;
  private static final double SMALL = 0.05;
  private static final double SAME = 1e-3;
  private static final MathContext FIVE = new MathContext(5, RoundingMode.DOWN);

  private SampleRules() {}

  private static Optional<Said> zeros(Case c) {
    ZeroTargets zeros = c.evidence().zeros();
    if (zeros.count() == 0 || !(zeros.part() >= HALF)) {
      return Optional.empty();
    }
    return new Said()
        .with("targets", zeros.count())
        .with("part", zeros.part())
        .with("mean of the others", zeros.meanOfOthers())
        .say(
            "%s 0 (sample%s %s), and the loss divides by 1e-7 there: %s add%s %s of it. Of the"
                + " other %d it is %s",
            zeros.count() == 1 ? "1 target is" : zeros.count() + " targets are",
            zeros.count() == 1 ? "" : "s",
            Numbers.some(zeros.samples(), zeros.count()),
            zeros.count() == 1 ? "it" : "they",
            zeros.count() == 1 ? "s" : "",
            zeros.part() > NEARLY_ALL ? "all" : Numbers.percent(zeros.part()),
            zeros.others(),
            zeros.meanOfOthers());
  }

  private static Optional<Said> few(Case c) {
    TopSamples top = c.evidence().top();
    List<Top> largest = top.largest();
    boolean matters =
        c.output().baseline().filter(base -> c.value() < SMALL * base.value()).isEmpty();
    if (top.samples() < ENOUGH || !(top.total() > 0) || !matters) {
      return Optional.empty();
    }
    int most = (int) Math.min(largest.size(), PART_OF_SAMPLES * top.samples());
    double sum = 0;
    int k = 0;
    while (k < most && sum < PART_OF_LOSS * top.total()) {
      sum += largest.get(k++).share();
    }
    if (sum < PART_OF_LOSS * top.total()) {
      return Optional.empty();
    }
    while (k < most && largest.get(k).share() > SMALL * top.total()) { // those of the same kind
      sum += largest.get(k++).share();
    }
    return said(c, largest.subList(0, k), sum / top.total());
  }

  private static Optional<Said> said(Case c, List<Top> few, double part) {
    List<Long> indices = few.stream().map(Top::index).toList();
    double score = few.stream().mapToDouble(Top::score).average().orElse(0);
    boolean certain = few.stream().allMatch(t -> t.wrong() && t.truth() < CERTAIN);
    Said said = new Said();
    for (int i = 0; i < few.size(); i++) {
      said.with("sample" + i, few.get(i).index());
    }
    said.with("part", part).with("mean score", score);
    boolean one = few.size() == 1;
    String how =
        certain
            ? (one ? "it is" : "each is")
                + " predicted wrong and nearly certain (mean score "
                + Numbers.rounded(score)
                + "). Look at "
                + (one ? "its label" : "their labels")
            : (one ? "its score is " : "their mean score is ") + Numbers.rounded(score);
    return said.say(
        "%d of %d samples (%s) add%s %s of the loss: %s",
        few.size(),
        c.whole().samples(),
        Numbers.some(indices, indices.size()),
        one ? "s" : "",
        part > NEARLY_ALL
            ? new BigDecimal(100 * part).round(FIVE).stripTrailingZeros().toPlainString() + " %"
            : Numbers.percent(part),
        how);
  }

  private static Optional<Said> perBatch(Case c) {
    Coupled coupled = c.evidence().coupled();
    if (!coupled.isKnown() || c.whole().samples() < 2) {
      return Optional.empty();
    }
    double single = coupled.ofSingles();
    Optional<Double> all = c.whole().batches() > 1 ? coupled.ofAll() : Optional.empty();
    boolean same =
        Math.abs(single - c.value()) <= SAME * Math.abs(c.value())
            && all.filter(a -> Math.abs(a - c.value()) > SAME * Math.abs(c.value())).isEmpty();
    if (same) {
      return Optional.empty();
    }
    Said said = new Said().with("loss", c.value()).with("by 1", single);
    all.ifPresent(a -> said.with("by " + c.whole().samples(), a));
    List<Long> empty = coupled.empty();
    String blank =
        empty.isEmpty()
            ? ""
            : "; sample"
                + (empty.size() == 1 ? " " : "s ")
                + Numbers.some(empty, empty.size())
                + (empty.size() == 1 ? " has no positives" : " have no positives");
    return said.say(
        "'%s' is one number per batch, so it depends on batch_size: %s by %d, %s by 1 (the mean"
            + " over samples%s)%s",
        c.output().loss(),
        c.value(),
        coupled.batchSize(),
        single,
        blank,
        all.map(a -> ", " + Numbers.rounded(a) + " by " + c.whole().samples()).orElse(""));
  }
}
