package dev.keraunos.loss.internal.finding;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All that Keraunos can tell, in the order in which it is told: what is broken comes first. */
public final class Rules {
  private static final List<Rule> ROWS =
      List.of(
          BrokenRules.NOT_A_NUMBER,
          BrokenRules.LABELS,
          BrokenRules.CONSTANT,
          ShapeRules.BROADCAST,
          RangeRules.TARGETS_OUTSIDE,
          RangeRules.SUMS_APART,
          RangeRules.LOGITS,
          RangeRules.PROBABILITIES,
          RangeRules.OTHER_ACTIVATION,
          DistributionRules.SEVERAL,
          DistributionRules.OTHER_AXIS,
          DistributionRules.NO_DISTRIBUTION.unless(DistributionRules.OTHER_AXIS),
          DistributionRules.OVERLAP,
          CountingRules.OTHER_LOSS,
          CountingRules.WEIGHTS_ALONG,
          CountingRules.NO_WEIGHT,
          MetricRules.ACCURACY_OF_CLASS_NUMBERS,
          DecisionRules.SIGNS,
          MetricRules.ACCURACY_OF_REGRESSION.unless(DecisionRules.SIGNS),
          DecisionRules.LOGITS,
          DecisionRules.ONE_CHANNEL,
          DecisionRules.TOP_K,
          DecisionRules.MEAN_IOU,
          MetricRules.COLUMNS_TOGETHER,
          MetricRules.CROWDED_THRESHOLDS,
          TrainingRules.MOVED,
          CountingRules.PADDING,
          CountingRules.CLASS_WEIGHTS,
          ScaleRules.TARGETS.unless(BrokenRules.CONSTANT, TrainingRules.MOVED),
          ScaleRules.OUTPUT,
          ClassRules.NEVER_PREDICTED.unless(
              BrokenRules.CONSTANT, TrainingRules.MOVED, CountingRules.PADDING),
          ClassRules.FARES_BADLY.unless(TrainingRules.MOVED, CountingRules.PADDING),
          ClassRules.LABEL_NEVER_PREDICTED.unless(BrokenRules.CONSTANT, TrainingRules.MOVED),
          ClassRules.LABEL_FARES_BADLY.unless(
              ClassRules.LABEL_NEVER_PREDICTED, TrainingRules.MOVED),
          CountingRules.ZERO_WEIGHTS,
          CountingRules.EMPTY_BATCH,
          CountingRules.PRINTED,
          CountingRules.LAST_BATCH.unless(CountingRules.PRINTED),
          CountingRules.SAMPLE_WEIGHTS.unless(CountingRules.NO_WEIGHT),
          CountingRules.MASK,
          SampleRules.ZERO_TARGETS,
          ChannelRules.CHANNELS,
          SampleRules.FEW_SAMPLES.unless(
              SampleRules.ZERO_TARGETS, RangeRules.TARGETS_OUTSIDE, CountingRules.CLASS_WEIGHTS),
          SampleRules.PER_BATCH,
          ScaleRules.SUM,
          FloorRules.SMOOTHING,
          FloorRules.SOFT_TARGETS,
          FloorRules.GUESSING.unless(
              BrokenRules.CONSTANT,
              TrainingRules.MOVED,
              ClassRules.NEVER_PREDICTED,
              SampleRules.ZERO_TARGETS,
              RangeRules.PROBABILITIES,
              DistributionRules.SEVERAL,
              DistributionRules.OTHER_AXIS,
              CountingRules.NO_WEIGHT,
              ScaleRules.TARGETS,
              ClassRules.LABEL_NEVER_PREDICTED),
          RangeRules.FROM_LOGITS_IGNORED,
          RangeRules.BY_DESIGN,
          TrainingRules.TRAINING.unless(TrainingRules.MOVED),
          ShapeRules.OWN_NUMPY);

  private Rules() {}

  /** The names of all rules, in their order. */
  public static List<String> names() {
    return ROWS.stream().map(Rule::name).toList();
  }

  /** What an output would have if its prediction did not depend on the input. */
  public static Optional<Explanation.Baseline> baseline(Case c) {
    return Baselines.of(c);
  }

  /** The channels of an output that is a regression of several numbers. */
  public static List<Explanation.Channel> channels(Case c) {
    return ChannelRules.of(c);
  }

  /** All that is found, first what to read first. Where a loss is no number, the cause alone. */
  public static List<Finding> findings(List<Case> cases) {
    List<Finding> found = new ArrayList<>();
    for (Rule rule : ROWS) {
      for (int i = 0; i < cases.size(); i++) {
        rule.of(cases.get(i), i == 0, found).ifPresent(found::add);
      }
      if (rule.name().equals(BrokenRules.NOT_A_NUMBER.name()) && !found.isEmpty()) {
        return found;
      }
    }
    return found;
  }

  /** The page of the documentation that lists the rules. */
  public static String page() {
    StringBuilder page = new StringBuilder(Page.HEAD);
    for (Rule rule : ROWS) {
      page.append(Page.row(rule));
    }
    return page.toString();
  }
}
