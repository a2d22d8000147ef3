package dev.keraunos.loss.internal.finding;

import java.util.List;

/**
 * Rules that answer a question.
 *
 * @param file of the page, without its ending
 * @param question as people ask it
 * @param answer what to know before the rules
 * @param rules in the order of the page
 */
record Family(String file, String question, String answer, List<Rule> rules) {
  static final List<Family> ALL =
      List.of(
          new Family(
              "question-nan",
              "Why is my loss NaN, or my prediction always the same?",
              "A loss is NaN because of one number: of the data, of the weights, or one that a"
                  + " layer makes. It stands still where the prediction does not depend on the"
                  + " input.",
              List.of(BrokenRules.NOT_A_NUMBER, BrokenRules.LABELS, BrokenRules.CONSTANT)),
          new Family(
              "question-probabilities",
              "Why is my loss negative, stuck or far too small?",
              "Crossentropies take probabilities of targets between 0 and 1, or logits where they"
                  + " are told so; they compute a number of anything else too.",
              List.of(
                  RangeRules.TARGETS_OUTSIDE,
                  RangeRules.LOGITS,
                  RangeRules.PROBABILITIES,
                  RangeRules.FROM_LOGITS_IGNORED,
                  RangeRules.OTHER_ACTIVATION,
                  RangeRules.SUMS_APART,
                  RangeRules.BY_DESIGN,
                  DistributionRules.SEVERAL,
                  DistributionRules.OTHER_AXIS,
                  DistributionRules.NO_DISTRIBUTION,
                  DistributionRules.OVERLAP)),
          new Family(
              "question-class",
              "My loss is small, so why is one class found so badly?",
              "The loss averages pixels or samples, not classes: what a class adds is how many"
                  + " there are of it times how badly they are predicted.",
              List.of(
                  ClassRules.FARES_BADLY,
                  ClassRules.NEVER_PREDICTED,
                  ClassRules.TAKEN,
                  ClassRules.NUMBERED_OTHERWISE,
                  ClassRules.FIRST_ABSENT,
                  ClassRules.LABEL_FARES_BADLY,
                  ClassRules.LABEL_NEVER_PREDICTED)),
          new Family(
              "question-metric",
              "Why does my accuracy contradict my loss?",
              "A metric decides for itself what is right: which axis has the classes, above which"
                  + " number a prediction says yes, which columns count.",
              List.of(
                  MetricRules.ACCURACY_OF_CLASS_NUMBERS,
                  MetricRules.ACCURACY_OF_REGRESSION,
                  DecisionRules.LOGITS,
                  DecisionRules.SIGNS,
                  DecisionRules.ONE_CHANNEL,
                  DecisionRules.TOP_K,
                  DecisionRules.MEAN_IOU,
                  DecisionRules.IGNORED,
                  MetricRules.COLUMNS_TOGETHER,
                  MetricRules.CROWDED_THRESHOLDS)),
          new Family(
              "question-training",
              "Why does fit say another loss than evaluate?",
              "In training, layers compute otherwise, and the number is an average over batches"
                  + " between which the weights change. `--training` computes the loss with the"
                  + " statistics of each batch.",
              List.of(TrainingRules.MOVED, TrainingRules.TRAINING, CountingRules.CLASS_WEIGHTS)),
          new Family(
              "question-what-counts",
              "What counts in my loss, and why is it not my own mean?",
              "Masks, sample weights, padding, batches of another size and the weights of outputs"
                  + " decide what is averaged, each Keras in its own way.",
              List.of(
                  CountingRules.PADDING,
                  CountingRules.MASK,
                  CountingRules.SAMPLE_WEIGHTS,
                  CountingRules.NO_WEIGHT,
                  CountingRules.ZERO_WEIGHTS,
                  CountingRules.EMPTY_BATCH,
                  CountingRules.WEIGHTS_ALONG,
                  CountingRules.PRINTED,
                  CountingRules.LAST_BATCH,
                  CountingRules.OTHER_LOSS,
                  SampleRules.PER_BATCH,
                  ScaleRules.SUM,
                  ScaleRules.OUTPUT)),
          new Family(
              "question-shapes",
              "Do my targets have the shape of my predictions?",
              "What has another shape is repeated without a word, and the mean is one of pairs that"
                  + " do not belong together.",
              List.of(ShapeRules.BROADCAST, ShapeRules.OWN_NUMPY)),
          new Family(
              "question-small",
              "Is my loss small, and can it get smaller?",
              "A loss is small beside what guessing would have, and no smaller than what the"
                  + " targets allow.",
              List.of(
                  FloorRules.GUESSING,
                  ScaleRules.INPUTS,
                  FloorRules.SMOOTHING,
                  FloorRules.SOFT_TARGETS)),
          new Family(
              "question-regression",
              "Which samples and which columns make the loss of my regression?",
              "Squares and quotients let few numbers make all of a loss: those of the largest"
                  + " scale, or targets that are 0.",
              List.of(
                  ScaleRules.TARGETS,
                  ScaleRules.REACH,
                  ChannelRules.CHANNELS,
                  SampleRules.FEW_SAMPLES,
                  SampleRules.ZERO_TARGETS)));
}
