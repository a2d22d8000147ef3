package dev.keraunos.loss.internal.finding;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Finding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
          DecisionRules.IGNORED,
          MetricRules.COLUMNS_TOGETHER,
          MetricRules.CROWDED_THRESHOLDS,
          TrainingRules.MOVED,
          CountingRules.PADDING,
          CountingRules.CLASS_WEIGHTS,
          ScaleRules.INPUTS.unless(TrainingRules.MOVED),
          ScaleRules.REACH.unless(BrokenRules.CONSTANT),
          ScaleRules.TARGETS.unless(BrokenRules.CONSTANT, TrainingRules.MOVED, ScaleRules.REACH),
          ScaleRules.OUTPUT,
          ClassRules.NUMBERED_OTHERWISE.unless(BrokenRules.CONSTANT),
          ClassRules.NEVER_PREDICTED.unless(
              ScaleRules.INPUTS, BrokenRules.CONSTANT, TrainingRules.MOVED, CountingRules.PADDING),
          ClassRules.FARES_BADLY.unless(
              ScaleRules.INPUTS, TrainingRules.MOVED, CountingRules.PADDING),
          ClassRules.TAKEN.unless(BrokenRules.CONSTANT, TrainingRules.MOVED, CountingRules.PADDING),
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
              SampleRules.ZERO_TARGETS,
              RangeRules.TARGETS_OUTSIDE,
              CountingRules.CLASS_WEIGHTS,
              ScaleRules.INPUTS),
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
              ScaleRules.INPUTS,
              ClassRules.NUMBERED_OTHERWISE,
              ClassRules.LABEL_NEVER_PREDICTED),
          ClassRules.FIRST_ABSENT,
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

  /**
   * The pages of the documentation by the names of their files: that of all rules, and one for each
   * question.
   *
   * @param cases by rule, recorded models of which it speaks first
   */
  static Map<String, String> pages(Map<String, List<String>> cases) {
    Map<String, List<String>> silent = new HashMap<>();
    ROWS.forEach(rule -> silent.put(rule.name(), rule.unless().stream().sorted().toList()));
    Map<String, String> pages = new TreeMap<>();
    pages.put("what-keraunos-can-tell.md", Page.index(ROWS));
    for (Family family : Family.ALL) {
      pages.put(family.file() + ".md", Page.of(family, silent, cases));
    }
    return pages;
  }
}
