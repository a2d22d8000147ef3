package dev.keraunos.report;

import static dev.keraunos.report.TextReport.number;
import static dev.keraunos.report.TextReport.percent;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An explanation for a pull request: findings, what the loss is the sum of, tables. */
final class MarkdownReport {
  private static final int OUTPUT = 3;
  private static final int TABLE = 4;

  private final Explanation explanation;
  private final String title;
  private final Markdown page = new Markdown();

  MarkdownReport(Explanation explanation, String title) {
    this.explanation = explanation;
    this.title = title;
  }

  String render() {
    page.heading(2, "Loss of " + title);
    findings();
    page.paragraph("Keras " + explanation.dialect() + ", " + new Findings(explanation).batches());
    page.list(explanation.notes());
    explanation.outputs().forEach(this::output);
    if (!explanation.penalties().isEmpty()) {
      page.heading(OUTPUT, "Regularisers");
      List<List<String>> rows = new ArrayList<>();
      explanation
          .penalties()
          .forEach(
              penalty ->
                  rows.add(List.of(penalty.path(), penalty.kind(), number(penalty.value()))));
      page.table(List.of("of", "kind", "adds:"), rows);
    }
    return page.toString();
  }

  private void findings() {
    Findings findings = new Findings(explanation);
    List<Finding> found = explanation.findings();
    found.stream().limit(1).forEach(first -> page.strong(findings.sentence(first)));
    page.paragraph(findings.equation());
    page.list(found.stream().skip(1).map(findings::sentence).toList());
    List<String> advice = findings.advice(found);
    if (!advice.isEmpty()) {
      page.paragraph("What would show it:");
      page.list(advice);
    }
  }

  private void output(Explanation.Output output) {
    page.heading(
        OUTPUT,
        String.format(
            "Output '%s': %s of loss '%s', times weight %s, adds %s",
            output.name(),
            number(output.value()),
            output.loss(),
            number(output.lossWeight()),
            number(output.contribution())));
    page.list(output.notes());
    classes(output);
    found(output);
    channels(output);
    terms(output);
    stages(output);
    samples(output);
  }

  private void classes(Explanation.Output output) {
    if (output.classes().isEmpty()) {
      return;
    }
    ClassRows found = new ClassRows(output);
    boolean samples = output.areSamples();
    boolean oneSign = TextReport.oneSign(output);
    List<List<String>> rows = new ArrayList<>();
    for (Explanation.ClassShare share : found.shown()) {
      Optional<Double> part =
          Optional.of(share.byTrueClass() / output.contribution()).filter(p -> oneSign);
      rows.add(
          List.of(
              share.label(),
              String.valueOf(share.positions()),
              number(share.byTrueClass()),
              percent(part),
              number(share.byChannel()),
              number(share.meanScore()),
              share.positions() == 0 ? "-" : percent(found.measure(share)),
              number(share.lossIfRight()),
              number(share.lossIfWrong())));
    }
    if (output.unsplit() != 0) {
      rows.add(List.of("no position", "", number(output.unsplit()), "", "", "", "", "", ""));
    }
    page.heading(TABLE, "Share of each class");
    page.table(
        List.of(
            "class:",
            output.unit() + ":",
            "by class:",
            "share:",
            "by channel:",
            "mean score:",
            samples ? "recall:" : "IoU:",
            "loss if all right:",
            "if all wrong:"),
        rows);
  }

  private void found(Explanation.Output output) {
    ClassRows found = new ClassRows(output);
    if (!found.areExclusive()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (Explanation.ClassShare share : found.shown()) {
      rows.add(
          List.of(
              share.label(),
              percent(share.recall()),
              percent(share.precision()),
              percent(share.iou()),
              found.takenFor(share)));
    }
    page.heading(TABLE, "How each class is found");
    page.paragraph(output.decision());
    page.table(List.of("class:", "recall:", "precision:", "IoU:", "taken for"), rows);
  }

  private void channels(Explanation.Output output) {
    if (output.channels().isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (Explanation.Channel channel : output.channels()) {
      rows.add(
          List.of(
              String.valueOf(channel.index()),
              number(channel.contribution()),
              percent(Optional.of(channel.contribution() / output.contribution())),
              number(channel.meanLoss()),
              number(channel.constantLoss()),
              number(channel.spread())));
    }
    page.heading(TABLE, "Share of each channel");
    page.table(
        List.of("channel:", "adds:", "share:", "mean loss:", "best constant:", "targets vary by:"),
        rows);
  }

  private void terms(Explanation.Output output) {
    if (output.terms().size() < 2) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (Explanation.Term term : output.terms()) {
      rows.add(
          List.of(
              term.name() + (term.batchLevel() ? " (one number per batch)" : ""),
              term.weight(),
              number(term.unweighted()),
              number(term.value())));
    }
    page.heading(TABLE, "Terms of the loss");
    page.table(List.of("term", "weight", "without weight:", "adds:"), rows);
  }

  private void stages(Explanation.Output output) {
    List<List<String>> rows = new ArrayList<>();
    for (Explanation.Stage stage : output.stages()) {
      rows.add(List.of(stage.name(), stage.shape(), number(stage.value()), stage.what()));
    }
    page.heading(TABLE, "How it is reduced");
    page.table(List.of("step", "shape", "mean:", "how"), rows);
  }

  private void samples(Explanation.Output output) {
    if (output.worst().isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    output
        .worst()
        .forEach(
            sample ->
                rows.add(List.of(String.valueOf(sample.index()), number(sample.contribution()))));
    boolean adds = !(output.worst().get(0).contribution() <= 0);
    page.heading(TABLE, adds ? "Samples that add most" : "Samples that lower it least");
    page.table(List.of("sample:", "adds:"), rows);
  }
}
