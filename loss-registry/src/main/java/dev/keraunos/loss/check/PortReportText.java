package dev.keraunos.loss.check;

import dev.keraunos.loss.internal.text.Numbers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as a table, with the smallest input that shows a difference below it. */
final class PortReportText {
  private static final Map<PortReport.Verdict, String> VERDICTS =
      Map.of(
          PortReport.Verdict.OK,
          "ok",
          PortReport.Verdict.FAILED,
          "FAIL",
          PortReport.Verdict.SKIPPED,
          "-");

  private final StringBuilder text = new StringBuilder();

  private PortReportText() {}

  static String of(PortReport report) {
    PortReportText text = new PortReportText();
    text.line(
        "loss '%s' of Keras %s, on engine %s", report.loss(), report.keras(), report.engine());
    text.line("");
    text.table(report.checks());
    text.line("");
    report.smallest().ifPresent(text::smallest);
    String lead = "hint: ";
    for (String hint : report.hints()) {
      text.line("%s%s", lead, hint);
      lead = "or: ";
    }
    text.line(
        "%s",
        report
            .firstFailure()
            .map(check -> "The port differs from Python: look at '" + check.name() + "' first.")
            .orElse("The port computes what Python computed."));
    return text.text.toString();
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing())
        .append(System.lineSeparator());
  }

  private void table(List<PortReport.Check> checks) {
    int width = checks.stream().mapToInt(check -> check.name().length()).max().orElse(1);
    String row = "  %-" + width + "s  %-7s  %-9s  %s";
    line(row, "check", "verdict", "max error", "finding");
    for (PortReport.Check check : checks) {
      line(
          row,
          check.name(),
          VERDICTS.get(check.verdict()),
          Double.isNaN(check.maxError())
              ? ""
              : String.format(Locale.ROOT, "%.2g", check.maxError()),
          check.finding());
    }
  }

  private void smallest(PortReport.Counterexample example) {
    String samples = example.samples() == 1 ? "1 sample" : example.samples() + " samples";
    line("the smallest input that shows it: %s (%s)", example.input(), samples);
    if (Double.isNaN(example.expected()) && Double.isNaN(example.found())) {
      line("  %s", example.difference());
    } else {
      line("  %-11s%s %s", "at", example.difference(), example.position());
      values("target", example.target());
      values("prediction", example.prediction());
      line("  %-11s%s", "Python", Numbers.text(example.expected()));
      line("  %-11s%s", "port", Numbers.text(example.found()));
    }
    line("");
  }

  private void values(String name, List<Double> values) {
    if (!values.isEmpty()) {
      String joined = values.stream().map(Numbers::text).collect(Collectors.joining(", "));
      line("  %-11s%s", name, values.size() == 1 ? joined : "[" + joined + "]");
    }
  }
}
