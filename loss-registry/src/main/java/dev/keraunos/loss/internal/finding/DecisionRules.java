package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.MetricChecks;
import dev.keraunos.loss.internal.evidence.Decisions;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.finding.MetricRules.Measured;
import dev.keraunos.loss.internal.finding.Rule.Need;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Metrics that decide for a class otherwise than the model does. */
final class DecisionRules {
  static final Rule LOGITS =
      Rule.of(
          "accuracy-of-logits",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "A binary accuracy that decides at 0.5 beside a loss with `from_logits=True`, and at 0 it"
              + " would be another by more than 0.005.",
          "accuracy decides at 0.5, but the predictions are logits, which say yes above 0: at 0 it"
              + " would be 0.96, not 0.66. Use `BinaryAccuracy(threshold=0.0)`",
          c -> MetricRules.first(c, DecisionRules::logits));

  static final Rule SIGNS =
      Rule.of(
          "accuracy-of-minus-one",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "A binary accuracy of targets that are -1 or 1.",
          "binary_accuracy says 0 or 1, and the targets are -1 or 1: those of -1 are never right."
              + " By sign 0.95 of the predictions are right, not 0.38",
          c -> MetricRules.first(c, DecisionRules::signs));

  static final Rule ONE_CHANNEL =
      Rule.of(
          "accuracy-of-one-channel",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "A (sparse) categorical accuracy of an output with one channel.",
          "categorical_accuracy asks which of the channels is largest, and 'yes' has one: it is 1"
              + " whatever is predicted. Decided at 0.5 the accuracy is 0.233; use binary_accuracy",
          c -> MetricRules.first(c, DecisionRules::oneChannel));

  static final Rule TOP_K =
      Rule.of(
          "top-k-of-all",
          needs(Need.PREDICTIONS, Need.CONFIG),
          "A top-k accuracy, and the output has no more than k channels.",
          "top_k_categorical_accuracy looks for the class among the 5 largest of 5 channels: it is"
              + " 1 whatever is predicted. Give it a smaller `k`",
          c -> MetricRules.first(c, DecisionRules::topK));

  static final Rule MEAN_IOU =
      Rule.of(
          "mean-iou-of-probabilities",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "A MeanIoU or IoU that takes predictions for class numbers, and these are probabilities.",
          "MeanIoU takes predictions for class numbers and cuts 0.97 to 0: it is 0.423. Of the"
              + " classes as they are decided it is 0.945; use BinaryIoU, or OneHotMeanIoU",
          c -> MetricRules.first(c, DecisionRules::meanIou));

  static final Rule IGNORED =
      Rule.of(
          "accuracy-counts-ignored",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.CONFIG),
          "A sparse categorical accuracy beside a loss with `ignore_class`, and without the ignored"
              + " positions it would be another by more than 0.005.",
          "accuracy counts the 128 positions that `ignore_class` leaves out of the loss as wrong:"
              + " without them it is 0.966, not 0.725. Give them the weight 0 in a weighted metric",
          c -> MetricRules.first(c, DecisionRules::ignored));

  private static final double APART = 0.005;
  private static final double HALF = 0.5;

  private DecisionRules() {}

  private static Optional<Said> logits(Measured m) {
    Decisions decisions = m.c().evidence().decisions();
    boolean asks =
        m.kind().equals("binary_accuracy")
            && m.c().ofLogits()
            && decisions.areBinary()
            && m.metric().settings().path("threshold").asDouble(HALF) == HALF
            && !m.c().evidence().counted().isWeighted()
            && Math.abs(decisions.rightBySign() - m.value()) > APART;
    return !asks
        ? Optional.empty()
        : new Said()
            .with("accuracy", m.value())
            .with("at 0", decisions.rightBySign())
            .say(
                "%s decides at 0.5, but the predictions are logits, which say yes above 0: at 0 it"
                    + " would be %s, not %s. Use `BinaryAccuracy(threshold=0.0)`",
                m.metric().name(), decisions.rightBySign(), m.value());
  }

  private static Optional<Said> ignored(Measured m) {
    Case c = m.c();
    long left = c.evidence().counted().masked() - c.evidence().counted().unmasked();
    boolean asks =
        m.kind().equals("sparse_categorical_accuracy")
            && c.setup().settings().path("ignore_class").isNumber()
            && left > 0
            && !c.evidence().counted().isWeighted()
            && !c.classes().isEmpty();
    double right = asks ? MetricRules.right(c) : m.value();
    return !asks || Math.abs(right - m.value()) <= APART
        ? Optional.empty()
        : new Said()
            .with("accuracy", m.value())
            .with("without ignored", right)
            .say(
                "%s counts the %d positions that `ignore_class` leaves out of the loss as wrong:"
                    + " without them it is %s, not %s. Give them the weight 0 in a weighted metric",
                m.metric().name(), left, right, m.value());
  }

  private static Optional<Said> signs(Measured m) {
    Decisions decisions = m.c().evidence().decisions();
    return !m.kind().equals("binary_accuracy") || !decisions.areSigned()
        ? Optional.empty()
        : new Said()
            .with("accuracy", m.value())
            .with("by sign", decisions.rightBySign())
            .say(
                "%s says 0 or 1, and the targets are -1 or 1: those of -1 are never right. By sign"
                    + " %s of the predictions are right, not %s",
                m.metric().name(), decisions.rightBySign(), m.value());
  }

  private static Optional<Said> oneChannel(Measured m) {
    boolean sparse = m.kind().equals("sparse_categorical_accuracy");
    List<Explanation.ClassShare> classes = m.c().classes();
    boolean asks =
        MetricChecks.isOfOneChannel(m.kind(), m.c().evidence().predictions())
            && !classes.isEmpty()
            && classes.stream().allMatch(share -> share.recall().isPresent());
    if (!asks) {
      return Optional.empty();
    }
    double right = MetricRules.right(m.c());
    return new Said()
        .with("metric", m.value())
        .with("at 0.5", right)
        .say(
            "%s asks which of the channels is largest, and '%s' has one: it is %s whatever is"
                + " predicted. Decided at %s the accuracy is %s; use binary_accuracy",
            m.metric().name(),
            m.c().name(),
            sparse ? "the share of class 0," : "1",
            m.c().ofLogits() ? "0" : "0.5",
            right);
  }

  private static Optional<Said> topK(Measured m) {
    int k = MetricChecks.topK(m.metric());
    boolean asks =
        MetricChecks.isOfAllChannels(m.metric(), m.kind(), m.c().evidence().predictions());
    return !asks
        ? Optional.empty()
        : new Said()
            .with("k", k)
            .with("channels", m.c().width())
            .say(
                "%s looks for the class among the %d largest of %d channels: it is 1 whatever is"
                    + " predicted. Give it a smaller `k`",
                m.metric().name(), k, m.c().width());
  }

  private static Optional<Said> meanIou(Measured m) {
    Elements e = m.c().evidence().elements();
    List<Explanation.ClassShare> classes = m.c().classes();
    boolean asks =
        Set.of("mean_io_u", "io_u").contains(m.kind())
            && m.metric().settings().path("sparse_y_pred").asBoolean(true)
            && e.arePredictionsKnown()
            && e.outside() == 0
            && e.highest() > 0
            && classes.size() > 1
            && classes.stream().allMatch(share -> share.iou().isPresent());
    if (!asks) {
      return Optional.empty();
    }
    double mean = classes.stream().mapToDouble(k -> k.iou().orElse(0.0)).average().orElse(0);
    if (Math.abs(mean - m.value()) <= APART) {
      return Optional.empty();
    }
    return new Said()
        .with("metric", m.value())
        .with("mean IoU", mean)
        .say(
            "%s takes predictions for class numbers and cuts %s to 0: it is %s. Of the classes as"
                + " they are decided the mean IoU is %s; use %s",
            m.metric().name(),
            Math.min(e.highest(), 0.999),
            m.value(),
            mean,
            m.c().width() == 1 ? "BinaryIoU" : "OneHotMeanIoU");
  }
}
