package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.CompiledMetric;
import dev.keraunos.loss.internal.compile.MetricChecks;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.Elements.Sum;
import dev.keraunos.loss.internal.evidence.Ranking;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Metrics that measure something else than the task. */
final class MetricRules {
  static final Rule ACCURACY_OF_CLASS_NUMBERS =
      Rule.of(
          "categorical-accuracy-of-class-numbers",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "The metric is `categorical_accuracy`, and targets are one class number for each"
              + " position.",
          "the file says categorical_accuracy, but the targets are class numbers: 0.25 is the share"
              + " predicted as class 0. sparse_categorical_accuracy is 0.988",
          c -> first(c, MetricRules::ofClassNumbers));

  static final Rule ACCURACY_OF_REGRESSION =
      Rule.of(
          "accuracy-of-regression",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "An accuracy beside an error of numbers (mse, mae, ...), and not all targets are 0 or 1.",
          "accuracy says nothing of a regression: it counts targets of exactly 0 or 1 on the"
              + " prediction's side of 0.5, 1 of 72. The mean error is 0.022 (targets vary by"
              + " 0.11)",
          c -> first(c, MetricRules::ofRegression));

  static final Rule COLUMNS_TOGETHER =
      Rule.of(
          "precision-of-all-columns",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "Precision or recall without `class_id`, of one class per position and predictions that"
              + " sum to 1.",
          "both columns of 'sick' are counted, so precision and recall are the accuracy, 0.88. Of"
              + " class 1: precision 0.773, recall 0.472; use `class_id=1`",
          c -> first(c, MetricRules::together));

  static final Rule CROWDED_THRESHOLDS =
      Rule.of(
          "auc-between-two-thresholds",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "An AUC of the ROC curve, more than 90 % of the predictions between two of its"
              + " thresholds, and by rank it is another by more than 0.01.",
          "100 % of the predictions lie below the second of the 200 thresholds, 0.00503 (the"
              + " largest is 0.00483): by rank the AUC is 0.930, not 0.5; raise `num_thresholds`",
          c -> first(c, MetricRules::crowded));

  private static final double MOST = 0.9;
  private static final double APART = 0.01;
  private static final int THRESHOLDS = 200;

  record Measured(Case c, CompiledMetric metric, String kind, double value) {}

  private MetricRules() {}

  /** The first metric of the output that a rule speaks of. */
  static Optional<Said> first(Case c, Function<Measured, Optional<Said>> rule) {
    for (CompiledMetric metric : c.setup().metrics()) {
      Double value = c.whole().result().get(metric.name());
      if (value != null) {
        String kind = metric.kind(c.evidence().targets(), c.evidence().predictions());
        Optional<Said> said = rule.apply(new Measured(c, metric, kind, value));
        if (said.isPresent()) {
          return said;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Said> ofClassNumbers(Measured m) {
    Case c = m.c();
    boolean asks =
        MetricChecks.isOfClassNumbers(m.kind(), c.evidence().targets(), c.evidence().predictions())
            && !c.classes().isEmpty();
    if (!asks) {
      return Optional.empty();
    }
    double right = right(c);
    return new Said()
        .with("categorical_accuracy", m.value())
        .with("sparse_categorical_accuracy", right)
        .say(
            "the file says categorical_accuracy, but the targets are class numbers: %s is the share"
                + " predicted as class 0. sparse_categorical_accuracy is %s; compile again after"
                + " loading",
            m.value(), right);
  }

  /** The part of the positions that is predicted right. */
  static double right(Case c) {
    double right = 0;
    double all = 0;
    for (Explanation.ClassShare share : c.classes()) {
      right += share.recall().orElse(0.0) * share.positions();
      all += share.positions();
    }
    return right / all;
  }

  private static Optional<Said> ofRegression(Measured m) {
    Case c = m.c();
    Elements e = c.evidence().elements();
    boolean asks =
        MetricChecks.isAccuracyOfNumbers(c.setup(), m.kind()) && e.areKnown() && e.notBinary() > 0;
    if (!asks) {
      return Optional.empty();
    }
    double error = e.sum(Sum.ERROR) / e.sum(Sum.WEIGHT);
    double mean = e.sum(Sum.TARGET) / e.sum(Sum.WEIGHT);
    double spread = Math.sqrt(e.sum(Sum.TARGET_SQUARED) / e.sum(Sum.WEIGHT) - mean * mean);
    long hits = Math.round(m.value() * e.count());
    String counts =
        c.width() == 1
            ? "it counts targets of exactly 0 or 1 on the prediction's side of 0.5, "
                + hits
                + " of "
                + e.count()
            : "it counts where target and prediction are largest in the same channel";
    return new Said()
        .with("accuracy", m.value())
        .with("mean error", error)
        .with("spread", spread)
        .say(
            "accuracy says nothing of a regression: %s. The mean error is %s (targets vary by %s)",
            counts, error, spread);
  }

  private static Optional<Said> together(Measured m) {
    Case c = m.c();
    boolean plain = MetricChecks.isOfAllColumns(m.metric());
    List<Explanation.ClassShare> classes = c.classes();
    boolean exclusive =
        classes.size() > 1 && classes.stream().allMatch(share -> share.recall().isPresent());
    if (!plain || !exclusive || !c.evidence().elements().areProbabilities()) {
      return Optional.empty();
    }
    Explanation.ClassShare told =
        classes.stream()
            .filter(share -> classes.size() > 2 || share.index() == 1)
            .min(Comparator.comparingDouble(share -> share.recall().orElse(0.0)))
            .orElse(classes.get(0));
    double precision = told.precision().orElse(0.0);
    double recall = told.recall().orElse(0.0);
    String names =
        c.setup().metrics().stream()
            .filter(metric -> Set.of("precision", "recall").contains(metric.kind()))
            .map(CompiledMetric::name)
            .distinct()
            .collect(Collectors.joining(" and "));
    boolean two = c.width() == 2;
    return new Said()
        .with("all columns", m.value())
        .with("class", told.index())
        .with("precision", precision)
        .with("recall", recall)
        .say(
            "%s columns of '%s' are counted, so %s %s %s, %s. Of class %s: precision %s, recall %s;"
                + " use `class_id=%d`",
            two ? "both" : "all " + c.width(),
            c.name(),
            names,
            names.contains(" and ") ? "are" : "is",
            two ? "the accuracy" : "of all classes at once",
            m.value(),
            told.label(),
            precision,
            recall,
            told.index());
  }

  private static Optional<Said> crowded(Measured m) {
    Ranking ranking = m.c().evidence().ranking();
    var settings = m.metric().settings();
    boolean plain =
        m.kind().equals("auc")
            && ranking.isKnown()
            && !settings.path("curve").asText("ROC").equals("PR")
            && !settings.path("from_logits").asBoolean(false)
            && !settings.path("multi_label").asBoolean(false);
    if (!plain) {
      return Optional.empty();
    }
    int thresholds = settings.path("num_thresholds").asInt(THRESHOLDS);
    Ranking.Crowd crowd = ranking.crowd(thresholds);
    double area = ranking.area();
    if (crowd.part() <= MOST || !(Math.abs(area - m.value()) > APART)) {
      return Optional.empty();
    }
    double from = (double) crowd.interval() / (thresholds - 1);
    double to = (crowd.interval() + 1.0) / (thresholds - 1);
    Said said =
        new Said()
            .with("part", crowd.part())
            .with("from", from)
            .with("to", to)
            .with("largest", ranking.largest())
            .with("by rank", area);
    return crowd.interval() == 0
        ? said.say(
            "%s of the predictions lie below the second of the %d thresholds, %s (the largest is"
                + " %s): by rank the AUC is %s, not %s; raise `num_thresholds`",
            Numbers.percent(crowd.part()), thresholds, to, ranking.largest(), area, m.value())
        : said.say(
            "%s of the predictions lie between two of the %d thresholds, %s and %s: by rank the AUC"
                + " is %s, not %s; raise `num_thresholds`",
            Numbers.percent(crowd.part()), thresholds, from, to, area, m.value());
  }
}
