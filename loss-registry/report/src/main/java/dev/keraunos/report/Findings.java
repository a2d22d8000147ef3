package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Finding;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.ArrayList;
import java.util.List;

/** What a report says first: findings, and what the loss is the sum of. */
final class Findings {
  /** How many are shown unless all are asked for. */
  static final int SHOWN = 3;

  private static final double NEGLIGIBLE = 1e-12;

  private final Explanation explanation;

  Findings(Explanation explanation) {
    this.explanation = explanation;
  }

  /** The sentence, with the name of the output where there are several. */
  String sentence(Finding finding) {
    boolean named =
        explanation.outputs().size() > 1
            && !finding.output().isEmpty()
            && !finding.sentence().contains("'" + finding.output() + "'");
    return named ? "output '" + finding.output() + "': " + finding.sentence() : finding.sentence();
  }

  /** What to do beside some findings, one line each. */
  List<String> advice(List<Finding> findings) {
    List<String> lines = new ArrayList<>();
    findings.forEach(finding -> lines.addAll(finding.advice()));
    return lines;
  }

  /** How many samples and batches there were, and how they were averaged. */
  String batches() {
    String text =
        String.format(
            "%s in %s: %s",
            Numbers.count(explanation.samples(), "sample", "samples"),
            Numbers.count(explanation.batches(), "batch", "batches"),
            explanation.batching());
    return explanation.training()
        ? text
            + "; BatchNormalization takes the statistics of each batch as in training, without"
            + " dropout: this is not what evaluate returns"
        : text;
  }

  /** What adds up to the loss, and what guessing would have. */
  String equation() {
    List<String> summands = new ArrayList<>();
    for (Explanation.Output output : explanation.outputs()) {
      String weight = output.lossWeight() == 1 ? "" : Numbers.text(output.lossWeight()) + " x ";
      summands.add(weight + Numbers.exact(output.value()) + " (" + what(output) + ")");
    }
    double penalties =
        explanation.penalties().stream().mapToDouble(Explanation.Penalty::value).sum();
    if (Math.abs(penalties) > NEGLIGIBLE) {
      double part = penalties / explanation.loss();
      boolean told = part > 0 && part < 1;
      summands.add(
          Numbers.exact(penalties)
              + " (regularisers"
              + (told ? ", " + Numbers.percent(part) : "")
              + ")");
    }
    boolean plain =
        summands.size() == 1
            && explanation.outputs().size() == 1
            && explanation.outputs().get(0).lossWeight() == 1;
    String loss =
        (explanation.training() ? "training loss " : "loss ") + Numbers.exact(explanation.loss());
    String sum =
        plain
            ? loss + " (" + what(explanation.outputs().get(0)) + ")"
            : loss + " = " + String.join(" + ", summands);
    return sum + baselines();
  }

  private String what(Explanation.Output output) {
    return explanation.outputs().size() > 1
        ? output.name()
        : output.loss() + " of '" + output.name() + "'";
  }

  private String baselines() {
    List<String> guesses = new ArrayList<>();
    for (Explanation.Output output : explanation.outputs()) {
      output
          .baseline()
          .ifPresent(
              base ->
                  guesses.add(
                      base.guess()
                          + (explanation.outputs().size() > 1 ? " of " + output.name() : "")
                          + " would have "
                          + Numbers.exact(base.value())));
    }
    return guesses.isEmpty() ? "" : "; " + String.join(", ", guesses);
  }
}
