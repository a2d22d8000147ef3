package dev.keraunos.cli;

import dev.keraunos.loss.evaluate.Explanation;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An explanation as one self-contained page: stages, terms, a bar for every class, and maps of the
 * worst samples. Every bar and map carries its numbers, and the maps differ in brightness, so it
 * reads without colour.
 */
final class HtmlReport {
  private static final String STYLE =
      """
      body{font:15px/1.5 system-ui,sans-serif;max-width:78rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
      h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.2rem}h3{font-size:1rem;margin:1.6rem 0 .4rem}
      table{border-collapse:collapse;width:100%}th,td{padding:.25rem .6rem;border-bottom:1px solid #ccc;text-align:left}
      td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
      .bar{background:#e9e9e9;height:1.1rem;min-width:10rem}.bar div{background:#2b5c8a;height:100%}
      .bar div.minus{background:repeating-linear-gradient(45deg,#8a4b2b,#8a4b2b 4px,#c98b6b 4px,#c98b6b 8px)}
      .stages{display:flex;flex-wrap:wrap;gap:.5rem;align-items:stretch}
      .stage{border:1px solid #888;border-radius:.4rem;padding:.4rem .7rem;flex:1 1 9rem}
      .stage b{display:block}.stage code{color:#444}.arrow{align-self:center}
      figure{display:inline-block;margin:.4rem 1.2rem .8rem 0;vertical-align:top}
      img{image-rendering:pixelated;width:16rem;border:1px solid #888}figcaption{max-width:16rem;font-size:.85rem}
      .note{border-left:4px solid #888;padding-left:.8rem}
      """;

  private final Explanation explanation;
  private final String title;
  private final StringBuilder page = new StringBuilder();

  HtmlReport(Explanation explanation, String title) {
    this.explanation = explanation;
    this.title = title;
  }

  String render() {
    add("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    add(
        "<meta name=\"viewport\" content=\"width=device-width\"><title>Loss of %s</title>",
        escape(title));
    page.append("<style>").append(STYLE).append("</style></head><body>");
    add("<h1>How the loss %s comes about</h1>", number(explanation.loss()));
    add(
        "<p>%s, by the rules of Keras %s; %d samples in %d batches; %s.</p>",
        escape(title),
        escape(explanation.dialect()),
        explanation.samples(),
        explanation.batches(),
        escape(explanation.batching()));
    explanation.outputs().forEach(this::output);
    penalties();
    for (String note : explanation.notes()) {
      add("<p class=\"note\">%s</p>", escape(note));
    }
    return page.append("</body></html>\n").toString();
  }

  private void output(Explanation.Output output) {
    add("<h2>Output %s adds %s</h2>", escape(output.name()), number(output.contribution()));
    add(
        "<p>Loss <b>%s</b> is %s, times the loss weight %s.</p>",
        escape(output.loss()), number(output.value()), number(output.lossWeight()));
    stages(output.stages());
    terms(output);
    classes(output);
    if (!output.worst().isEmpty()) {
      add("<h3>Samples with the highest mean score</h3>");
      output.worst().forEach(this::sample);
    }
  }

  private void stages(List<Explanation.Stage> stages) {
    add("<h3>From elements to the number</h3><div class=\"stages\">");
    for (int i = 0; i < stages.size(); i++) {
      Explanation.Stage stage = stages.get(i);
      page.append(i == 0 ? "" : "<span class=\"arrow\">&rarr;</span>");
      add(
          "<div class=\"stage\"><b>%s</b><code>%s</code><br>mean %s<br><small>%s</small></div>",
          escape(stage.name()), escape(stage.shape()), number(stage.value()), escape(stage.what()));
    }
    add("</div>");
  }

  private void terms(Explanation.Output output) {
    if (output.terms().size() < 2) {
      return;
    }
    double largest =
        output.terms().stream().mapToDouble(term -> Math.abs(term.value())).max().orElse(0);
    add("<h3>Terms of the loss, with their signs</h3><table>");
    add(
        "<tr><th>term</th><th>weight</th><th class=\"n\">without weight</th><th"
            + " class=\"n\">adds</th><th></th></tr>");
    for (Explanation.Term term : output.terms()) {
      add(
          "<tr><td>%s%s</td><td>%s</td><td class=\"n\">%s</td><td"
              + " class=\"n\">%s</td><td>%s</td></tr>",
          escape(term.name()),
          term.batchLevel() ? " (one number per batch)" : "",
          escape(term.weight()),
          number(term.unweighted()),
          number(term.value()),
          bar(term.value(), largest));
    }
    add("</table>");
  }

  private void classes(Explanation.Output output) {
    if (output.classes().isEmpty()) {
      return;
    }
    double largest =
        output.classes().stream()
            .mapToDouble(share -> Math.abs(share.byTrueClass()))
            .max()
            .orElse(0);
    add(
        "<h3>What each class adds</h3><table><tr><th class=\"n\">class</th><th"
            + " class=\"n\">positions</th>");
    add(
        "<th class=\"n\">by true class</th><th>share</th><th class=\"n\">by channel</th><th"
            + " class=\"n\">mean score</th>");
    add(
        "<th class=\"n\">IoU</th><th class=\"n\">loss if all right</th><th class=\"n\">loss if all"
            + " wrong</th></tr>");
    for (Explanation.ClassShare share : output.classes()) {
      add(
          "<tr><td class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%s</td><td>%s</td><td"
              + " class=\"n\">%s</td>",
          share.index(),
          share.positions(),
          number(share.byTrueClass()),
          bar(share.byTrueClass(), largest),
          number(share.byChannel()));
      add(
          "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td"
              + " class=\"n\">%s</td></tr>",
          number(share.meanScore()),
          ExplanationText.percent(share.iou()),
          number(share.lossIfRight()),
          number(share.lossIfWrong()));
    }
    add("</table>");
    output
        .balanced()
        .ifPresent(
            value ->
                add(
                    "<p>If every class counted alike the loss would be <b>%s</b>.</p>",
                    number(value)));
  }

  private void sample(Explanation.Sample sample) {
    add("<h3>Sample %d adds %s</h3>", sample.index(), number(sample.contribution()));
    if (sample.shape().size() != 2) {
      add("<p>%d positions.</p>", sample.scores().length);
      return;
    }
    int height = sample.shape().get(0).intValue();
    int width = sample.shape().get(1).intValue();
    HeatMap scores = HeatMap.ofScores(sample.scores(), height, width);
    figure(
        scores,
        String.format(Locale.ROOT, "score: black %.4g, white %.4g", scores.low(), scores.high()));
    if (sample.trueClasses().length > 0) {
      int classes = 1 + Math.max(largest(sample.trueClasses()), largest(sample.predictedClasses()));
      figure(
          HeatMap.ofClasses(sample.trueClasses(), height, width, classes),
          "true class: black 0, white " + (classes - 1));
      figure(
          HeatMap.ofClasses(sample.predictedClasses(), height, width, classes),
          "predicted class, same scale");
    }
  }

  private static int largest(int[] classes) {
    int largest = 1;
    for (int index : classes) {
      largest = Math.max(largest, index);
    }
    return largest;
  }

  private void figure(HeatMap map, String caption) {
    add(
        "<figure><img alt=\"%s\" src=\"%s\"><figcaption>%s</figcaption></figure>",
        escape(caption), map.dataUri(), escape(caption));
  }

  private void penalties() {
    if (explanation.penalties().isEmpty()) {
      return;
    }
    add("<h2>Regularisers</h2><table><tr><th>where</th><th>of</th><th class=\"n\">adds</th></tr>");
    for (Explanation.Penalty penalty : explanation.penalties()) {
      add(
          "<tr><td>%s</td><td>%s</td><td class=\"n\">%s</td></tr>",
          escape(penalty.path()), escape(penalty.kind()), number(penalty.value()));
    }
    add("</table>");
  }

  private static String bar(double value, double largest) {
    double percent = largest == 0 || Double.isNaN(value) ? 0 : 100 * Math.abs(value) / largest;
    return String.format(
        Locale.ROOT,
        "<div class=\"bar\"><div class=\"%s\" style=\"width:%.1f%%\"></div></div>",
        value < 0 ? "minus" : "plus",
        percent);
  }

  private static String number(double value) {
    return ExplanationText.number(value);
  }

  private static String number(Optional<Double> value) {
    return ExplanationText.number(value);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private void add(String format, Object... values) {
    page.append(String.format(Locale.ROOT, format, values));
  }
}
