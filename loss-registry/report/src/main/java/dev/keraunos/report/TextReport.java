package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An explanation as text tables. */
final class TextReport {
  private static final int BAR = 24;

  private final PrintWriter out;

  TextReport(PrintWriter out) {
    this.out = out;
  }

  void print(Explanation explanation) {
    explanation.outputs().forEach(output -> headline(explanation, output));
    print(
        "loss %s   (%s, %d samples in %d batches: %s)",
        number(explanation.loss()),
        explanation.dialect(),
        explanation.samples(),
        explanation.batches(),
        explanation.batching());
    for (Explanation.Output output : explanation.outputs()) {
      output(output);
    }
    if (!explanation.penalties().isEmpty()) {
      print("");
      print("regularisers");
      for (Explanation.Penalty penalty : explanation.penalties()) {
        print("  %14s  %s (%s)", number(penalty.value()), penalty.path(), penalty.kind());
      }
    }
    for (String note : explanation.notes()) {
      print("note: %s", note);
    }
  }

  private void headline(Explanation explanation, Explanation.Output output) {
    if (output.headline().isEmpty()) {
      return;
    }
    print("%s", headline(explanation, output, output.headline().get()));
    print("What would show it:");
    output.headline().get().remedies().forEach(remedy -> print("  * %s", remedy));
    print("");
  }

  /** The sentence, with the name of the output where there are several. */
  static String headline(
      Explanation explanation, Explanation.Output output, Explanation.Headline headline) {
    boolean alone = explanation.outputs().size() == 1;
    return alone ? headline.sentence() : "Output '" + output.name() + "': " + headline.sentence();
  }

  private void output(Explanation.Output output) {
    print("");
    print(
        "output '%s': %s of loss '%s', times weight %s, adds %s",
        output.name(),
        number(output.value()),
        output.loss(),
        number(output.lossWeight()),
        number(output.contribution()));
    print("");
    print("  how it is reduced");
    for (Explanation.Stage stage : output.stages()) {
      print(
          "    %-24s %-22s mean %-14s %s",
          stage.name(), stage.shape(), number(stage.value()), stage.what());
    }
    if (output.terms().size() > 1) {
      print("");
      print("  terms of the loss, adding up to %s", number(output.contribution()));
      for (Explanation.Term term : output.terms()) {
        String weight =
            term.weight().isEmpty()
                ? ""
                : ", times " + term.weight() + " (" + number(term.unweighted()) + " without)";
        print(
            "    %14s  %s%s%s",
            number(term.value()),
            term.name(),
            weight,
            term.batchLevel() ? ", one number per batch" : "");
      }
    }
    output.terms().forEach(this::split);
    classes(output);
    samples(output);
    if (!output.findings().isEmpty()) {
      print("");
    }
    output.findings().forEach(finding -> print("  * %s", finding));
  }

  /** Where the number of a batch comes from that every position has; else classes tell it. */
  private void split(Explanation.Term term) {
    if (term.split().isEmpty() || term.byTrueClass().isEmpty()) {
      return;
    }
    Explanation.Split split = term.split().get();
    print("");
    print("  where %s comes from, with %s held", term.name(), String.join(", ", split.fixed()));
    for (int k = 0; k < split.byTrueClass().size(); k++) {
      print("    %14s  class %d", number(split.byTrueClass().get(k)), k);
    }
    print("    %14s  no position", number(split.unsplit()));
  }

  private void samples(Explanation.Output output) {
    if (output.worst().isEmpty()) {
      return;
    }
    List<String> worst = new ArrayList<>();
    output
        .worst()
        .forEach(sample -> worst.add(sample.index() + " (" + number(sample.contribution()) + ")"));
    print("");
    print("  samples that add most: %s", String.join(", ", worst));
  }

  private void classes(Explanation.Output output) {
    if (output.classes().isEmpty()) {
      return;
    }
    print("");
    print("  share of each class");
    boolean samples = output.areSamples();
    boolean unknown = output.classes().stream().allMatch(share -> share.lossIfRight().isEmpty());
    print(
        "    %5s %12s %14s %14s %14s %8s  %-27s %s",
        "class",
        output.unit(),
        "by true class",
        "by channel",
        "mean score",
        samples ? "recall" : "IoU",
        "share by true class",
        unknown ? "" : "loss if all right .. if all wrong");
    double total =
        output.classes().stream().mapToDouble(share -> Math.abs(share.byTrueClass())).sum();
    for (Explanation.ClassShare share : output.classes()) {
      double part = total == 0 ? 0 : Math.abs(share.byTrueClass()) / total;
      print(
          "    %5s %12d %14s %14s %14s %8s  %-27s %s",
          share.index() < 0 ? "none" : share.index(),
          share.positions(),
          number(share.byTrueClass()),
          number(share.byChannel()),
          number(share.meanScore()),
          percent(samples ? share.recall() : share.iou()),
          bar(part) + " " + percent(Optional.of(part)),
          unknown ? "" : number(share.lossIfRight()) + " .. " + number(share.lossIfWrong()));
    }
    if (output.unsplit() != 0) {
      print("    %5s %12s %14s  belongs to no position", "rest", "", number(output.unsplit()));
    }
    if (unknown && output.terms().stream().anyMatch(Explanation.Term::batchLevel)) {
      print("    the loss couples the samples of a batch: --what-if says what others would give");
    }
    output
        .balanced()
        .ifPresent(
            value -> print("    if every class counted alike it would be %s", number(value)));
  }

  private static String bar(double part) {
    int length = (int) Math.round(part * (BAR - 7));
    return "#".repeat(length) + ".".repeat(BAR - 7 - length);
  }

  static String percent(Optional<Double> part) {
    return part.map(p -> String.format(Locale.ROOT, "%.1f %%", 100 * p)).orElse("-");
  }

  /** What is not known is a dash. */
  static String number(Optional<Double> value) {
    return value.map(TextReport::number).orElse("-");
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.8g", value);
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values).stripTrailing());
  }
}
