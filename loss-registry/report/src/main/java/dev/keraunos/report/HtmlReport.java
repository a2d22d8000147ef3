package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Finding;
import dev.keraunos.report.internal.Html;
import dev.keraunos.report.internal.Page;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * An explanation as one self-contained page: findings, stages, terms, a bar for every class, and
 * maps of the samples that add most. Every picture carries its numbers or has a table beside it,
 * and differs in brightness or pattern, so it reads without colour.
 */
final class HtmlReport {
  private static final Pattern HEAD = Pattern.compile("<th[^>]*>([^<]*)</th>");

  private static final String STRIPED = "class=\"minus\"";

  /** A class counts little if more than this would let it count like the others. */
  private static final double FAINT = 2;

  private final Explanation explanation;
  private final String title;
  private final Html page = new Html();

  HtmlReport(Explanation explanation, String title) {
    this.explanation = explanation;
    this.title = title;
  }

  String render() {
    findings();
    page.add("<h1>How the loss %s comes about</h1>", number(explanation.loss()));
    page.add(
        "<p>%s, by the rules of Keras %s; %s.</p>",
        title, explanation.dialect(), new Findings(explanation).batches());
    for (String note : explanation.notes()) {
      page.add("<p class=\"note\">%s</p>", note);
    }
    summands();
    explanation.outputs().forEach(this::output);
    return Page.of("Loss of " + title, page);
  }

  /** What to read first, before all else. */
  private void findings() {
    Findings findings = new Findings(explanation);
    page.add("<div class=\"headline\">");
    List<Finding> found = explanation.findings();
    found.stream().limit(1).forEach(first -> page.add("<p>%s</p>", findings.sentence(first)));
    page.add("<p class=\"equation\">%s</p>%s", findings.equation(), SummandBar.of(explanation));
    if (found.size() > 1) {
      page.add("<ul class=\"findings\">");
      found.stream().skip(1).forEach(more -> page.add("<li>%s</li>", findings.sentence(more)));
      page.add("</ul>");
    }
    List<String> advice = findings.advice(found);
    if (!advice.isEmpty()) {
      page.add("<p>What would show it:</p><ul>");
      advice.forEach(line -> page.add("<li>%s</li>", line));
      page.add("</ul>");
    }
    page.add("</div>");
  }

  /** What adds up to the loss. */
  private void summands() {
    Html rows = new Html();
    for (Explanation.Output output : explanation.outputs()) {
      rows.add(
          "<tr><td>output '%s': %s of %s times the loss weight %s</td><td class=\"n\">%s</td></tr>",
          output.name(),
          number(output.value()),
          output.loss(),
          number(output.lossWeight()),
          number(output.contribution()));
    }
    for (Explanation.Penalty penalty : explanation.penalties()) {
      rows.add(
          "<tr><td>regulariser of %s (%s)</td><td class=\"n\">%s</td></tr>",
          penalty.path(), penalty.kind(), number(penalty.value()));
    }
    rows.add(
        "<tr><th scope=\"row\">loss</th><th class=\"n\">%s</th></tr>", number(explanation.loss()));
    table("<tr><th>what</th><th class=\"n\">adds</th></tr>", rows);
    if (explanation.byBatch().size() > 1) {
      page.add("<h3>By batch</h3>");
      parts(explanation.byBatch(), "batch");
    }
  }

  private void table(String head, Html rows) {
    page.add(
        "<div class=\"wide\"><table><thead>%s</thead><tbody>%s</tbody></table></div>%s",
        Html.of(head), Html.of("%s", rows.labelled(heads(head))), stripes(rows));
  }

  /** What the stripes of bars mean, where there are any. */
  private static Html stripes(Html rows) {
    return rows.toString().contains(STRIPED)
        ? Html.of("<p>Striped bars are below zero: they lower the loss.</p>")
        : new Html();
  }

  private static List<String> heads(String head) {
    return HEAD.matcher(head).results().map(found -> found.group(1)).toList();
  }

  private void output(Explanation.Output output) {
    page.add("<h2>Output '%s' adds %s</h2>", output.name(), number(output.contribution()));
    if (!output.notes().isEmpty()) {
      page.add("<ul class=\"findings\">");
      output.notes().forEach(note -> page.add("<li>%s</li>", note));
      page.add("</ul>");
    }
    classes(output);
    found(output);
    channels(output);
    terms(output);
    page.add("<h3>From elements to the number</h3>%s", StageDiagram.of(output));
    stages(output.stages());
    if (output.bySample().size() > 1) {
      page.add("<h3>By sample</h3>");
      parts(output.bySample(), "sample");
    }
    RegionMaps places = RegionMaps.of(output.byRegion());
    page.add("%s", places.section());
    samples(output, places);
  }

  /** The samples that add most, and those of the classes that are found worst. */
  private void samples(Explanation.Output output, RegionMaps places) {
    ClassRows rows = new ClassRows(output);
    List<Explanation.Picture> most =
        output.pictures().isEmpty()
            ? output.worst().stream().map(SamplePictures::plain).toList()
            : output.pictures().stream().filter(shown -> shown.ofClass().isEmpty()).toList();
    if (most.stream().anyMatch(SamplePictures::isWorthwhile)) {
      boolean adds = most.get(0).sample().contribution() > 0;
      page.add("<h3>%s</h3>", adds ? "Samples that add most" : "Samples that lower it least");
      most.forEach(shown -> page.add("%s", SamplePictures.of(shown, places, rows)));
    }
    List<Explanation.Picture> ofWorst = rows.picturesOfWorst();
    if (ofWorst.stream().anyMatch(SamplePictures::isWorthwhile)) {
      page.add("<h3>Samples of the classes that are found worst</h3>");
      ofWorst.forEach(shown -> page.add("%s", SamplePictures.of(shown, places, rows)));
    }
  }

  private void stages(List<Explanation.Stage> stages) {
    Html rows = new Html();
    for (Explanation.Stage stage : stages) {
      rows.add(
          "<tr><td>%s</td><td>%s</td><td class=\"n\">%s</td><td>%s</td></tr>",
          stage.name(), stage.shape(), number(stage.value()), stage.what());
    }
    page.add("<details><summary>As a table</summary>");
    table("<tr><th>step</th><th>shape</th><th class=\"n\">mean</th><th>how</th></tr>", rows);
    page.add("</details>");
  }

  private void terms(Explanation.Output output) {
    if (output.terms().size() < 2) {
      return;
    }
    double largest =
        output.terms().stream().mapToDouble(term -> Math.abs(term.value())).max().orElse(0);
    page.add("<h3>Terms of the loss, with their signs</h3>");
    Html rows = new Html();
    for (Explanation.Term term : output.terms()) {
      rows.add(
          "<tr><td>%s%s</td><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td>%s</td>"
              + "</tr>",
          term.name(),
          term.batchLevel() ? " (one number per batch)" : "",
          term.weight(),
          number(term.unweighted()),
          number(term.value()),
          bar(term.value(), largest));
    }
    table(
        "<tr><th>term</th><th>weight</th><th class=\"n\">without weight</th><th"
            + " class=\"n\">adds</th><th></th></tr>",
        rows);
    output.terms().forEach(term -> split(term, output));
  }

  /** Where the number of a batch comes from that every position has; else classes tell it. */
  private void split(Explanation.Term term, Explanation.Output output) {
    if (term.split().isEmpty() || term.byTrueClass().isEmpty()) {
      return;
    }
    Explanation.Split split = term.split().get();
    double largest = split.byTrueClass().stream().mapToDouble(Math::abs).reduce(0, Math::max);
    Html rows = new Html();
    for (int k = 0; k < split.byTrueClass().size(); k++) {
      rows.add(
          "<tr><th scope=\"row\" class=\"n\">%s</th><td>%s</td><td class=\"n\">%s</td></tr>",
          output.label(k),
          bar(split.byTrueClass().get(k), largest),
          number(split.byTrueClass().get(k)));
    }
    rows.add(
        "<tr><th scope=\"row\" class=\"n\">no position</th><td></td><td"
            + " class=\"n\">%s</td></tr>",
        number(split.unsplit()));
    page.add(
        "<h4>Where %s comes from, with %s held at its value</h4>",
        term.name(), String.join(", ", split.fixed()));
    table("<tr><th class=\"n\">class</th><th></th><th class=\"n\">adds</th></tr>", rows);
  }

  private void classes(Explanation.Output output) {
    List<Explanation.ClassShare> classes = output.classes();
    ClassRows shown = new ClassRows(output);
    if (classes.isEmpty()) {
      return;
    }
    boolean oneSign = TextReport.oneSign(output);
    boolean weighs = classes.stream().anyMatch(share -> share.equalWeight().orElse(0.0) > FAINT);
    double full =
        full(
            oneSign,
            output.contribution(),
            classes.stream().mapToDouble(Explanation.ClassShare::byTrueClass));
    long positions = classes.stream().mapToLong(Explanation.ClassShare::positions).sum();
    page.add("<h3>What each class adds</h3>");
    page.add("%s", note(shown.note()));
    Html rows = new Html();
    for (Explanation.ClassShare share : shown.shown()) {
      rows.add(
          "<tr><th scope=\"row\" class=\"n\">%s</th><td>%s</td><td class=\"n\">%s</td><td"
              + " class=\"n\">%s</td><td class=\"n\">%d (%s)</td><td class=\"n\">%s</td>",
          share.label(),
          bar(share.byTrueClass(), full),
          oneSign ? part(Math.abs(share.byTrueClass()), full) : "",
          share.positions() == 0 ? "-" : TextReport.percent(shown.measure(share)),
          share.positions(),
          part(share.positions(), positions),
          number(share.byTrueClass()));
      rows.add(
          "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td"
              + " class=\"n\">%s</td>%s</tr>",
          number(share.meanScore()),
          number(share.byChannel()),
          number(share.lossIfRight()),
          number(share.lossIfWrong()),
          weighs ? Html.of("<td class=\"n\">%s</td>", number(share.equalWeight())) : Html.of(""));
    }
    if (output.unsplit() != 0) {
      rows.add(
          "<tr><th scope=\"row\" class=\"n\">no"
              + " position</th><td></td><td></td><td></td><td></td><td class=\"n\">%s</td><td"
              + " colspan=\"5\"></td></tr>",
          number(output.unsplit()));
    }
    String measure = output.areSamples() ? "recall" : "IoU";
    table(
        String.format(
            Locale.ROOT,
            "<tr><th class=\"n\">class</th><th></th><th class=\"n\">share</th><th"
                + " class=\"n\">%s</th><th class=\"n\">%s</th><th class=\"n\">by true"
                + " class</th><th class=\"n\">mean score</th><th class=\"n\">by channel</th><th"
                + " class=\"n\">loss if all right</th><th class=\"n\">if all wrong</th>%s</tr>",
            measure,
            output.unit(),
            weighs ? "<th class=\"n\">weight to count alike</th>" : ""),
        rows);
    page.add("%s", Columns.OF_CLASSES);
  }

  /** What fills a bar: all of it where parts have one sign, else the largest part. */
  private static double full(boolean oneSign, double all, DoubleStream parts) {
    return oneSign ? Math.abs(all) : parts.map(Math::abs).max().orElse(0);
  }

  /** How well each class is found, and what else its positions are taken for. */
  private void found(Explanation.Output output) {
    ClassRows found = new ClassRows(output);
    if (!found.areExclusive()) {
      return;
    }
    page.add("<h3>How each class is found</h3><p>In the prediction %s.</p>", output.decision());
    Html rows = new Html();
    for (Explanation.ClassShare share : found.shown()) {
      rows.add(
          "<tr><th scope=\"row\" class=\"n\">%s</th><td class=\"n\">%s</td><td"
              + " class=\"n\">%s</td><td class=\"n\">%s</td><td>%s</td></tr>",
          share.label(),
          TextReport.percent(share.recall()),
          TextReport.percent(share.precision()),
          TextReport.percent(share.iou()),
          found.takenFor(share));
    }
    table(
        "<tr><th class=\"n\">class</th><th class=\"n\">recall</th><th"
            + " class=\"n\">precision</th><th class=\"n\">IoU</th><th>taken for</th></tr>",
        rows);
    page.add("%s", Columns.OF_FOUND);
  }

  private static Html note(String text) {
    return text.isEmpty() ? new Html() : Html.of("<p>%s</p>", text);
  }

  private void channels(Explanation.Output output) {
    if (output.channels().isEmpty()) {
      return;
    }
    double all = output.contribution();
    boolean oneSign = output.channels().stream().allMatch(k -> k.contribution() / all >= 0);
    double full =
        full(
            oneSign,
            all,
            output.channels().stream().mapToDouble(Explanation.Channel::contribution));
    page.add("<h3>What each channel adds</h3>");
    Html rows = new Html();
    for (Explanation.Channel channel : output.channels()) {
      rows.add(
          "<tr><th scope=\"row\" class=\"n\">%d</th><td>%s</td><td class=\"n\">%s</td><td"
              + " class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td"
              + " class=\"n\">%s</td></tr>",
          channel.index(),
          bar(channel.contribution(), full),
          part(channel.contribution(), all),
          number(channel.contribution()),
          number(channel.meanLoss()),
          number(channel.constantLoss()),
          number(channel.spread()));
    }
    table(
        "<tr><th class=\"n\">channel</th><th></th><th class=\"n\">share</th><th"
            + " class=\"n\">adds</th><th class=\"n\">mean loss</th><th class=\"n\">of the best"
            + " constant</th><th class=\"n\">targets vary by</th></tr>",
        rows);
    page.add("%s", Columns.OF_CHANNELS);
  }

  /** What consecutive samples or batches add, as columns from a common line. */
  private void parts(List<Explanation.Part> parts, String what) {
    double low = Math.min(0, parts.stream().mapToDouble(p -> finite(p.value())).min().orElse(0));
    double high = Math.max(0, parts.stream().mapToDouble(p -> finite(p.value())).max().orElse(0));
    double scale = high == low ? 0 : 100 / (high - low);
    Html columns = new Html();
    for (int i = 0; i < parts.size(); i++) {
      double value = finite(parts.get(i).value());
      columns.add(
          "<rect x=\"%.2f\" y=\"%.2f\" width=\".8\" height=\"%.2f\"/>",
          i + 0.1, (high - Math.max(value, 0)) * scale, Math.abs(value) * scale);
    }
    page.add(
        "<svg class=\"columns\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d"
            + " 100\" preserveAspectRatio=\"none\"><title>What each %s adds</title>%s</svg>",
        parts.size(), what, columns);
    Explanation.Part most =
        parts.stream().max(Comparator.comparingDouble(Explanation.Part::value)).orElseThrow();
    page.add(
        "<p>%s by %s: %s. The columns go from %s to %s.</p>",
        most.value() < 0 ? "The loss is lowered least" : "Most is added",
        range(what, most.from(), most.to()),
        number(most.value()),
        number(low),
        number(high));
  }

  private static double finite(double value) {
    return Double.isFinite(value) ? value : 0;
  }

  static String range(String what, long from, long to) {
    return to - from == 1 ? what + " " + from : what + "s " + from + " to " + (to - 1);
  }

  /** A part of what fills the box. */
  private static Html bar(double value, double full) {
    double percent = full == 0 || Double.isNaN(value) ? 0 : 100 * Math.abs(value) / full;
    return Html.of(
        "<div class=\"bar\"><div %s style=\"width:%.1f%%\"></div></div>",
        Html.of(value < 0 ? STRIPED : "class=\"plus\""), percent);
  }

  private static String part(double value, double all) {
    return TextReport.percent(all == 0 ? Optional.empty() : Optional.of(value / all));
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }

  private static String number(Optional<Double> value) {
    return value.map(HtmlReport::number).orElse("-");
  }
}
