package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.report.internal.Html;
import java.util.List;
import java.util.Locale;

/**
 * The numbers of a sample: a picture, the curves of a series, or the numbers of a sequence in a
 * row, with its padding shaded.
 */
final class GridPicture {
  /** So many numbers of a sequence are written. */
  private static final int WRITTEN = 256;

  /** Features that are no sequence are written up to so many. */
  private static final int FEATURES = 24;

  private static final double HIGH = 40;

  private final Explanation.Grid grid;
  private final Explanation.Picture picture;
  private final long index;
  private final int steps;
  private final int channels;

  private GridPicture(Explanation.Grid grid, Explanation.Picture picture, long index) {
    this.grid = grid;
    this.picture = picture;
    this.index = index;
    List<Long> shape = grid.shape();
    steps = shape.get(0).intValue();
    channels = shape.size() < 2 ? 1 : shape.get(shape.size() - 1).intValue();
  }

  /**
   * A figure.
   *
   * @param index of the sample
   */
  static Html of(Explanation.Grid grid, Explanation.Picture picture, long index) {
    GridPicture drawn = new GridPicture(grid, picture, index);
    return switch (grid.shape().size()) {
      case 1 -> drawn.row();
      case 2 -> drawn.series();
      default -> drawn.image();
    };
  }

  private Html image() {
    int width = grid.shape().get(1).intValue();
    boolean coloured = HeatMap.isColoured(channels);
    HeatMap map = HeatMap.ofImage(grid.values(), steps, width, channels);
    return Html.of(
        "<figure><div class=\"layers\"><img class=\"map\" alt=\"%s of sample %d, %d by %d\""
            + " src=\"%s\"/></div><figcaption>%s: black %s, %s %s%s</figcaption></figure>",
        grid.name(),
        index,
        steps,
        width,
        map.dataUri(),
        grid.name(),
        SamplePictures.number(map.low()),
        coloured ? "full colour" : "white",
        SamplePictures.number(map.high()),
        coloured || channels == 1 ? "" : ", the first of its channels");
  }

  private Html row() {
    boolean whole = true;
    for (float value : grid.values()) {
      whole &= value == Math.rint(value);
    }
    boolean placed = picture.sample().scores().length == steps && steps > 1;
    if (!whole && placed) {
      return series();
    }
    boolean[] padded = whole ? padded(picture, steps) : new boolean[steps];
    Html cells = new Html();
    int written = Math.min(steps, whole ? WRITTEN : FEATURES);
    for (int t = 0; t < written; t++) {
      cells.add(
          "<span class=\"%s\">%s</span>",
          padded[t] ? "step pad" : "step", whole ? text(t) : SamplePictures.number(value(t, 0)));
    }
    return Html.of(
        "<figure class=\"sequence\"><div class=\"steps\">%s</div><figcaption>%s%s%s</figcaption>"
            + "</figure>",
        cells,
        grid.name(),
        written < steps ? ", the first " + written + " of " + steps : "",
        note(padded));
  }

  private String text(int t) {
    return String.format(Locale.ROOT, "%.0f", grid.values()[t]);
  }

  private float value(int t, int channel) {
    return grid.values()[t * channels + channel];
  }

  private Html series() {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (float value : grid.values()) {
      if (Float.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    Html curves = new Html();
    for (int channel = 0; channel < channels; channel++) {
      curves.add(
          "<polyline class=\"curve%d\" points=\"%s\"/>", channel, points(channel, low, high));
    }
    boolean[] padded = padded(picture, steps);
    return Html.of(
        "<figure class=\"sequence\"><div class=\"layers\"><svg class=\"series\" role=\"img\""
            + " xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\""
            + " preserveAspectRatio=\"none\"><title>%s of sample %d</title>%s</svg>%s</div>"
            + "<figcaption>%s: from %s to %s%s%s</figcaption></figure>",
        steps,
        HIGH,
        grid.name(),
        index,
        curves,
        shades(padded),
        grid.name(),
        SamplePictures.number(low),
        SamplePictures.number(high),
        channels > 1 ? "; channels " + keys() : "",
        note(padded));
  }

  private String keys() {
    String[] styles = {"0 solid", "1 dashed", "2 dotted", "3 thin"};
    return String.join(", ", List.of(styles).subList(0, channels));
  }

  /** A curve, flat over each step. */
  private String points(int channel, double low, double high) {
    StringBuilder points = new StringBuilder();
    double scale = high > low ? HIGH / (high - low) : 0;
    for (int t = 0; t < steps; t++) {
      double value = value(t, channel);
      double y = Double.isFinite(value) ? HIGH - (value - low) * scale : HIGH;
      points.append(String.format(Locale.ROOT, "%d,%.2f %d,%.2f ", t, y, t + 1, y));
    }
    return points.toString().strip();
  }

  private static String note(boolean[] padded) {
    for (boolean one : padded) {
      if (one) {
        return "; shaded: padding, or what does not count";
      }
    }
    return "";
  }

  /** The steps of a sample that do not count, or at whose input there are zeros up to the end. */
  static boolean[] padded(Explanation.Picture picture, int steps) {
    boolean[] padded = new boolean[steps];
    boolean placed = picture.counted().length == steps && steps > 1;
    for (int t = 0; t < steps && placed; t++) {
      padded[t] = !picture.counted()[t];
    }
    for (Explanation.Grid input : picture.inputs()) {
      boolean sequence = input.shape().size() <= 2 && input.shape().get(0) == steps;
      int width = sequence ? input.values().length / steps : 1;
      boolean zero = sequence;
      for (int i = input.values().length - 1; i >= 0 && zero; i--) {
        zero = input.values()[i] == 0;
        padded[i / width] |= zero && i % width == 0;
      }
    }
    return padded;
  }

  /** Shades over a strip of as many steps. */
  static Html shades(boolean[] padded) {
    Html html = new Html();
    for (int from = 0; from < padded.length; from++) {
      int to = from;
      while (to < padded.length && padded[to]) {
        to++;
      }
      if (to > from) {
        html.add(
            "<span class=\"shade\" style=\"left:%.3f%%;width:%.3f%%\"></span>",
            100.0 * from / padded.length, 100.0 * (to - from) / padded.length);
        from = to;
      }
    }
    return html;
  }
}
