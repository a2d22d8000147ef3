package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.report.internal.Html;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One sample's scores, true classes and predicted classes side by side, and as a table. */
final class SamplePictures {
  private final Explanation.Sample sample;
  private final RegionMaps places;
  private final int height;
  private final int width;
  private final int classes;

  private SamplePictures(Explanation.Sample sample, RegionMaps places) {
    this.sample = sample;
    this.places = places;
    List<Long> shape = sample.shape();
    height = shape.size() < 2 ? 1 : shape.get(0).intValue();
    width = height == 0 ? 0 : sample.scores().length / height;
    classes = 1 + Math.max(largest(sample.trueClasses()), largest(sample.predictedClasses()));
  }

  static Html of(Explanation.Sample sample, RegionMaps places) {
    return new SamplePictures(sample, places).draw();
  }

  private Html draw() {
    Html html =
        Html.of("<h4>Sample %d adds %s</h4>", sample.index(), number(sample.contribution()));
    if (sample.scores().length > 1) {
      html.add("<div class=\"maps\">%s</div>", pictures());
    }
    return sample.trueClasses().length == 0 ? html : html.add("%s", table());
  }

  private Html pictures() {
    HeatMap scores = HeatMap.ofScores(sample.scores(), height, width);
    Html html =
        figure(
            scores,
            "score",
            places.outlines(height, width),
            Html.of(
                "score: black %s, white %s%s",
                number(scores.low()),
                number(scores.high()),
                scores.hasGaps() ? ", chequered: not a number" : ""));
    if (sample.trueClasses().length > 0) {
      HeatMap truth = HeatMap.ofClasses(sample.trueClasses(), height, width, classes);
      HeatMap guess = HeatMap.ofClasses(sample.predictedClasses(), height, width, classes);
      html.add("%s", figure(truth, "true class", new Html(), Html.of("true class%s", keys())));
      html.add(
          "%s", figure(guess, "predicted class", new Html(), Html.of("predicted class%s", keys())));
    }
    return html;
  }

  private Html keys() {
    Html keys = Html.of("<ul class=\"keys\">");
    for (int k = 0; k < classes; k++) {
      keys.add(
          "<li><span style=\"background:%s\"></span>%d</li>", HeatMap.colourOfClass(k, classes), k);
    }
    return keys.add("</ul>");
  }

  private Html figure(HeatMap map, String what, Html outlines, Html caption) {
    return Html.of(
        "<figure><div class=\"layers\"><img class=\"%s\" alt=\"%s of sample %d, %d by %d\""
            + " src=\"%s\"/>%s</div><figcaption>%s</figcaption></figure>",
        height == 1 ? "strip" : "map",
        what,
        sample.index(),
        height,
        width,
        map.dataUri(),
        outlines,
        caption);
  }

  private Html table() {
    Html rows = new Html();
    for (int k = 0; k < classes; k++) {
      int truth = 0;
      int guess = 0;
      int both = 0;
      double sum = 0;
      for (int i = 0; i < sample.trueClasses().length; i++) {
        boolean isTrue = sample.trueClasses()[i] == k;
        boolean isGuess = sample.predictedClasses()[i] == k;
        truth += isTrue ? 1 : 0;
        guess += isGuess ? 1 : 0;
        both += isTrue && isGuess ? 1 : 0;
        sum += isTrue ? sample.scores()[i] : 0;
      }
      rows.add(
          "<tr><th scope=\"row\" class=\"n\">%d</th><td class=\"n\">%d</td><td"
              + " class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%s</td></tr>",
          k, truth, guess, both, truth == 0 ? "-" : number(sum / truth));
    }
    return Html.of(
        "<details><summary>As a table</summary><div class=\"wide\"><table><tr><th"
            + " class=\"n\">class</th><th class=\"n\">true positions</th><th class=\"n\">predicted"
            + " positions</th><th class=\"n\">both</th><th class=\"n\">mean"
            + " score</th></tr>%s</table></div></details>",
        rows);
  }

  private static int largest(int[] classes) {
    return Math.max(1, Arrays.stream(classes).max().orElse(1));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
