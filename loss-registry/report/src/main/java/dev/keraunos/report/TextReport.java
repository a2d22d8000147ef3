package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Finding;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An explanation as text of 80 columns: findings, what the loss is the sum of, tables. */
final class TextReport {
  private static final int COLUMNS = 80;
  private static final int BAR = 8;

  private final PrintWriter out;
  private final boolean all;

  /**
   * A report.
   *
   * @param all whether to show every finding, not the first ones alone
   */
  TextReport(PrintWriter out, boolean all) {
    this.out = out;
    this.all = all;
  }

  void print(Explanation explanation) {
    findings(explanation);
    wrapped("", explanation.dialect() + ", " + new Findings(explanation).batches());
    explanation.outputs().forEach(this::output);
    if (!explanation.penalties().isEmpty()) {
      print("");
      print("regularisers");
      for (Explanation.Penalty penalty : explanation.penalties()) {
        print("  %14s  %s (%s)", number(penalty.value()), penalty.path(), penalty.kind());
      }
    }
    explanation.notes().forEach(note -> wrapped("note: ", note));
  }

  private void findings(Explanation explanation) {
    Findings findings = new Findings(explanation);
    List<Finding> found = explanation.findings();
    List<Finding> shown = all ? found : found.subList(0, Math.min(Findings.SHOWN, found.size()));
    shown.stream().limit(1).forEach(first -> wrapped("", findings.sentence(first)));
    wrapped("", findings.equation());
    shown.stream().skip(1).forEach(more -> wrapped("* ", findings.sentence(more)));
    List<String> advice = findings.advice(shown);
    if (!advice.isEmpty()) {
      print("What would show it:");
      advice.forEach(line -> wrapped("  * ", line));
    }
    if (shown.size() < found.size()) {
      print("%d more with --all", found.size() - shown.size());
    }
    print("");
  }

  private void output(Explanation.Output output) {
    print("");
    wrapped(
        "",
        String.format(
            Locale.ROOT,
            "output '%s': %s of loss '%s', times weight %s, adds %s",
            output.name(),
            number(output.value()),
            output.loss(),
            number(output.lossWeight()),
            number(output.contribution())));
    stages(output);
    terms(output);
    output.terms().forEach(term -> split(term, output));
    classes(output);
    found(output);
    changes(output);
    channels(output);
    samples(output);
    if (!output.notes().isEmpty()) {
      print("");
    }
    output.notes().forEach(note -> wrapped("  * ", note));
  }

  private void stages(Explanation.Output output) {
    print("");
    print("  how it is reduced");
    for (Explanation.Stage stage : output.stages()) {
      String line =
          String.format(
              Locale.ROOT,
              "    %-13s %-17s mean %-11s",
              stage.name(),
              stage.shape(),
              number(stage.value()));
      if (line.length() + 1 + stage.what().length() <= COLUMNS) {
        print("%s %s", line, stage.what());
      } else {
        print("%s", line);
        wrapped("        ", stage.what());
      }
    }
  }

  private void terms(Explanation.Output output) {
    if (output.terms().size() < 2) {
      return;
    }
    print("");
    print("  terms of the loss, adding up to %s", number(output.contribution()));
    for (Explanation.Term term : output.terms()) {
      String weight =
          term.weight().isEmpty()
              ? ""
              : ", times " + term.weight() + " (" + number(term.unweighted()) + " without)";
      wrapped(
          String.format(Locale.ROOT, "    %12s  ", number(term.value())),
          term.name() + weight + (term.batchLevel() ? ", one number per batch" : ""));
    }
  }

  /** Where the number of a batch comes from that every position has; else classes tell it. */
  private void split(Explanation.Term term, Explanation.Output output) {
    if (term.split().isEmpty() || term.byTrueClass().isEmpty()) {
      return;
    }
    Explanation.Split split = term.split().get();
    print("");
    wrapped(
        "  ",
        "where " + term.name() + " comes from, with " + String.join(", ", split.fixed()) + " held");
    for (int k = 0; k < split.byTrueClass().size(); k++) {
      print("    %14s  class %s", number(split.byTrueClass().get(k)), output.label(k));
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
    boolean adds = !(output.worst().get(0).contribution() <= 0);
    print("");
    wrapped(
        "  ",
        (adds ? "samples that add most: " : "samples that lower it least: ")
            + String.join(", ", worst));
  }

  private void classes(Explanation.Output output) {
    if (output.classes().isEmpty()) {
      return;
    }
    ClassRows rows = new ClassRows(output);
    int width = width(rows);
    print("");
    print("  share of each class");
    if (!rows.note().isEmpty()) {
      print("    %s", rows.note());
    }
    boolean samples = output.areSamples();
    print(
        "  %" + width + "s %8s %11s %11s %11s %7s  %s",
        "class",
        output.unit(),
        "by class",
        "by channel",
        "mean score",
        samples ? "recall" : "IoU",
        oneSign(output) ? "share" : "");
    for (Explanation.ClassShare share : rows.shown()) {
      boolean there = share.positions() > 0;
      print(
          "  %" + width + "s %8d %11s %11s %11s %7s  %s",
          share.label(),
          share.positions(),
          number(share.byTrueClass()),
          number(share.byChannel()),
          number(share.meanScore()),
          there ? percent(rows.measure(share)) : "-",
          part(output, share.byTrueClass()));
    }
    if (output.unsplit() != 0) {
      print(
          "  %" + width + "s %8s %11s belongs to no position",
          "rest",
          "",
          number(output.unsplit()));
    }
  }

  /** What names of classes take. */
  private static int width(ClassRows rows) {
    return Math.max(
        5, rows.shown().stream().mapToInt(share -> share.label().length()).max().orElse(0));
  }

  /** How well each class is found, and what else its positions are taken for. */
  private void found(Explanation.Output output) {
    ClassRows rows = new ClassRows(output);
    if (!rows.areExclusive()) {
      return;
    }
    int width = width(rows);
    print("");
    print("  how each class is found (%s)", output.decision());
    print("  %" + width + "s %8s %9s %8s  %s", "class", "recall", "precision", "IoU", "taken for");
    for (Explanation.ClassShare share : rows.shown()) {
      if (share.positions() > 0 || share.precision().isPresent()) {
        wrapped(
            String.format(
                Locale.ROOT,
                "  %" + width + "s %8s %9s %8s  ",
                share.label(),
                percent(share.recall()),
                percent(share.precision()),
                percent(share.iou())),
            rows.takenFor(share));
      }
    }
  }

  /** True if every class, and what belongs to none, adds to the loss or all lower it. */
  static boolean oneSign(Explanation.Output output) {
    double all = output.contribution();
    return all != 0
        && output.unsplit() / all >= 0
        && output.classes().stream().allMatch(share -> share.byTrueClass() / all >= 0);
  }

  /** What part of the loss it is; which way it goes, where others go the other way. */
  private static String part(Explanation.Output output, double value) {
    if (!oneSign(output)) {
      return value < 0 ? "lowers" : value > 0 ? "raises" : "";
    }
    double part = value / output.contribution();
    int length = (int) Math.round(part * BAR);
    return "#".repeat(length) + ".".repeat(BAR - length) + percent(part);
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, " %.1f %%", 100 * part);
  }

  /** What the loss would be if a class were predicted right, or wrong, everywhere. */
  private void changes(Explanation.Output output) {
    boolean coupled = output.terms().stream().anyMatch(Explanation.Term::batchLevel);
    if (output.classes().stream().allMatch(share -> share.lossIfRight().isEmpty())) {
      if (coupled && !output.classes().isEmpty()) {
        print("    --what-if says what other predictions would give");
      }
      return;
    }
    print("");
    print("  the whole loss if a class were predicted right, or wrong, everywhere");
    ClassRows rows = new ClassRows(output);
    String format = "    %" + width(rows) + "s %14s right %14s wrong";
    for (Explanation.ClassShare share : rows.shown()) {
      if (share.lossIfRight().isPresent() || share.lossIfWrong().isPresent()) {
        print(format, share.label(), number(share.lossIfRight()), number(share.lossIfWrong()));
      }
    }
  }

  private void channels(Explanation.Output output) {
    if (output.channels().isEmpty()) {
      return;
    }
    print("");
    print("  share of each channel");
    print(
        "    %7s %12s %9s %12s %13s %15s",
        "channel", "adds", "share", "mean loss", "best constant", "targets vary by");
    for (Explanation.Channel channel : output.channels()) {
      print(
          "    %7d %12s %9s %12s %13s %15s",
          channel.index(),
          number(channel.contribution()),
          percent(Optional.of(channel.contribution() / output.contribution())),
          number(channel.meanLoss()),
          number(channel.constantLoss()),
          number(channel.spread()));
    }
  }

  static String percent(Optional<Double> part) {
    return part.map(p -> String.format(Locale.ROOT, "%.1f %%", 100 * p)).orElse("-");
  }

  /** What is not known is a dash. */
  static String number(Optional<Double> value) {
    return value.map(TextReport::number).orElse("-");
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }

  /** Words behind a first sign, in lines that begin below the first word. */
  private void wrapped(String first, String text) {
    StringBuilder line = new StringBuilder(first);
    boolean empty = true;
    for (String word : text.split(" (?!%)", -1)) {
      if (!empty && line.length() + 1 + word.length() > COLUMNS) {
        print("%s", line);
        line = new StringBuilder(" ".repeat(first.length()));
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    print("%s", line);
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values).stripTrailing());
  }
}
