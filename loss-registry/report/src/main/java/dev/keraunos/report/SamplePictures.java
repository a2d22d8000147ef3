package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.report.internal.Html;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One sample: what went in beside true and predicted classes and scores, and as a table. */
final class SamplePictures {
  /** So few numbers are written, not drawn. */
  private static final int WRITTEN = 8;

  private final Explanation.Picture picture;
  private final Explanation.Sample sample;
  private final RegionMaps places;
  private final ClassRows rows;
  private final int height;
  private final int width;
  private final int classes;

  private SamplePictures(Explanation.Picture picture, RegionMaps places, ClassRows rows) {
    this.picture = picture;
    this.sample = picture.sample();
    this.places = places;
    this.rows = rows;
    List<Long> shape = sample.shape();
    height = shape.size() < 2 ? 1 : shape.get(0).intValue();
    width = height == 0 ? 0 : sample.scores().length / height;
    int told = 1 + Math.max(largest(sample.trueClasses()), largest(sample.predictedClasses()));
    classes =
        Math.max(told, (int) rows.output().classes().stream().filter(k -> k.index() >= 0).count());
  }

  static Html of(Explanation.Picture picture, RegionMaps places, ClassRows rows) {
    return new SamplePictures(picture, places, rows).draw();
  }

  /** A sample of which nothing else is known. */
  static Explanation.Picture plain(Explanation.Sample sample) {
    boolean[] counted = new boolean[sample.scores().length];
    Arrays.fill(counted, true);
    return new Explanation.Picture(
        Optional.empty(), sample, counted, List.of(), Optional.empty(), Optional.empty());
  }

  /** True if there is more to see than a number. */
  static boolean isWorthwhile(Explanation.Picture picture) {
    return picture.sample().scores().length > 1 || !picture.inputs().isEmpty();
  }

  private Html draw() {
    Html html =
        Html.of(
            "<h4>%s%d adds %s%s</h4>",
            picture
                .ofClass()
                .map(k -> "Class " + rows.output().label(k) + ": sample ")
                .orElse("Sample "),
            sample.index(),
            number(sample.contribution()),
            told());
    html.add("<div class=\"maps\">");
    for (Explanation.Grid input : picture.inputs()) {
      html.add("%s", GridPicture.of(input, picture, sample.index()));
    }
    picture.target().ifPresent(grid -> html.add("%s", drawn(grid)));
    picture.prediction().ifPresent(grid -> html.add("%s", drawn(grid)));
    if (sample.scores().length > 1) {
      html.add("%s", pictures());
    }
    html.add("</div>");
    boolean placed = sample.trueClasses().length > 1;
    return placed ? html.add("%s", table()) : html;
  }

  private Html drawn(Explanation.Grid grid) {
    return grid.values().length > WRITTEN
        ? GridPicture.of(grid, picture, sample.index())
        : new Html();
  }

  /** What a sample of one position, or of few numbers, is and is predicted to be. */
  private String told() {
    if (sample.trueClasses().length == 1) {
      return ": of class "
          + rows.output().label(sample.trueClasses()[0])
          + ", predicted "
          + rows.output().label(sample.predictedClasses()[0]);
    }
    return picture
        .target()
        .filter(grid -> grid.values().length <= WRITTEN)
        .map(grid -> ": target " + written(grid) + ", predicted " + predicted())
        .orElse("");
  }

  private String predicted() {
    return picture.prediction().map(SamplePictures::written).orElse("");
  }

  private static String written(Explanation.Grid grid) {
    return IntStream.range(0, Math.min(WRITTEN, grid.values().length))
        .mapToObj(i -> number(grid.values()[i]))
        .collect(Collectors.joining(", "));
  }

  private Html pictures() {
    Html html = new Html();
    if (sample.trueClasses().length > 0) {
      HeatMap truth = HeatMap.ofClasses(sample.trueClasses(), height, width, classes);
      HeatMap guess = HeatMap.ofClasses(sample.predictedClasses(), height, width, classes);
      html.add("%s", figure(truth, "true class", new Html(), Html.of("true class%s", keys())));
      html.add(
          "%s", figure(guess, "predicted class", new Html(), Html.of("predicted class%s", keys())));
    }
    HeatMap scores = HeatMap.ofScores(sample.scores(), height, width);
    return html.add(
        "%s",
        figure(
            scores,
            "score",
            places.outlines(height, width),
            Html.of(
                "score: black %s, white %s; brightness by the square root%s",
                number(scores.low()),
                number(scores.high()),
                scores.hasGaps() ? ", chequered: not a number" : "")));
  }

  /** The classes that the pictures have. */
  private List<Integer> present() {
    return IntStream.concat(
            Arrays.stream(sample.trueClasses()), Arrays.stream(sample.predictedClasses()))
        .filter(k -> k >= 0)
        .distinct()
        .sorted()
        .boxed()
        .toList();
  }

  private Html keys() {
    Html keys = Html.of("<ul class=\"keys\">");
    for (int k : present()) {
      keys.add(
          "<li><span style=\"background:%s\"></span>%s</li>",
          HeatMap.colourOfClass(k, classes), rows.output().label(k));
    }
    return keys.add("</ul>");
  }

  private Html figure(HeatMap map, String what, Html outlines, Html caption) {
    return Html.of(
        "<figure%s><div class=\"layers\"><img class=\"%s\" alt=\"%s of sample %d, %d by %d\""
            + " src=\"%s\"/>%s%s</div><figcaption>%s</figcaption></figure>",
        Html.of(height == 1 ? " class=\"sequence\"" : ""),
        height == 1 ? "strip" : "map",
        what,
        sample.index(),
        height,
        width,
        map.dataUri(),
        outlines,
        height == 1 ? GridPicture.shades(GridPicture.padded(picture, width)) : new Html(),
        caption);
  }

  private Html table() {
    Html cells = new Html();
    for (int k : present()) {
      List<Integer> of = new ArrayList<>();
      int guess = 0;
      int both = 0;
      for (int i = 0; i < sample.trueClasses().length; i++) {
        boolean isGuess = sample.predictedClasses()[i] == k;
        guess += isGuess ? 1 : 0;
        if (sample.trueClasses()[i] == k) {
          of.add(i);
          both += isGuess ? 1 : 0;
        }
      }
      double sum = of.stream().mapToDouble(i -> sample.scores()[i]).sum();
      cells.add(
          "<tr><th scope=\"row\" class=\"n\">%s</th><td class=\"n\">%d</td><td"
              + " class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%s</td></tr>",
          rows.output().label(k),
          of.size(),
          guess,
          both,
          of.isEmpty() ? "-" : number(sum / of.size()));
    }
    return Html.of(
        "<details><summary>As a table</summary><div class=\"wide\"><table><tr><th"
            + " class=\"n\">class</th><th class=\"n\">true positions</th><th class=\"n\">predicted"
            + " positions</th><th class=\"n\">both</th><th class=\"n\">mean"
            + " score</th></tr>%s</table></div></details>",
        cells);
  }

  private static int largest(int[] classes) {
    return Math.max(1, Arrays.stream(classes).max().orElse(1));
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value == 0 ? 0 : value);
  }
}
