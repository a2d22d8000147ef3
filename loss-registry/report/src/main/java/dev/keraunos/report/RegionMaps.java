package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.report.internal.Html;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The places within samples that add most: a list, a map of all places with their numbers, and
 * outlines for pictures of samples.
 */
final class RegionMaps {
  private static final int LISTED = 5;
  private static final int LARGEST = 1 << 20;

  private final List<Explanation.Region> regions;
  private final List<Explanation.Region> most;

  private RegionMaps(List<Explanation.Region> regions) {
    this.regions = regions;
    most =
        regions.stream()
            .sorted(Comparator.comparingDouble(Explanation.Region::value).reversed())
            .limit(LISTED)
            .toList();
  }

  /** No place is told from others where there is one only. */
  static RegionMaps of(List<Explanation.Region> regions) {
    return new RegionMaps(regions.size() < 2 ? List.of() : regions);
  }

  /** The map of all places and the list; empty without places. */
  Html section() {
    Html html = new Html();
    if (most.isEmpty()) {
      return html;
    }
    html.add("<h3>By place within the samples</h3>");
    if (hasPicture()) {
      html.add("%s", map());
    }
    html.add("<ol>");
    most.forEach(
        region -> html.add("<li>%s: %s</li>", text(region), HtmlReport.number(region.value())));
    return html.add("</ol>");
  }

  /** True if places are steps or rectangles that a picture can show. */
  private boolean hasPicture() {
    int rank = most.get(0).from().size();
    return (rank == 1 || rank == 2) && extent(0) * extent(rank - 1) <= LARGEST;
  }

  private int extent(int axis) {
    return (int) regions.stream().mapToLong(region -> region.to().get(axis)).max().orElse(0);
  }

  private int height() {
    return most.get(0).from().size() == 1 ? 1 : extent(0);
  }

  private int width() {
    return extent(most.get(0).from().size() - 1);
  }

  private Html map() {
    float[] values = new float[height() * width()];
    for (Explanation.Region region : regions) {
      for (long row = top(region); row < bottom(region); row++) {
        for (long column = left(region); column < right(region); column++) {
          values[(int) (row * width() + column)] = (float) region.value();
        }
      }
    }
    HeatMap map = HeatMap.ofPlaces(values, height(), width());
    return Html.of(
        "<figure class=\"places\"><div class=\"layers\"><img class=\"%s\" alt=\"what each place"
            + " adds, %d by %d\" src=\"%s\"/>%s</div><figcaption>all samples: black %s, white %s;"
            + " the numbers are those of the list, and outlined below</figcaption></figure>",
        height() == 1 ? "strip" : "map",
        height(),
        width(),
        map.dataUri(),
        outlines(height(), width(), true),
        HtmlReport.number(map.low()),
        HtmlReport.number(map.high()));
  }

  /** Outlines of the places that add most, to lie over a picture of that size. */
  Html outlines(int height, int width) {
    return outlines(height, width, false);
  }

  private Html outlines(int height, int width, boolean numbered) {
    Html html = new Html();
    boolean fits = !most.isEmpty() && hasPicture() && height == height() && width <= width();
    for (int i = 0; i < most.size() && fits; i++) {
      Explanation.Region region = most.get(i);
      if (right(region) <= width) {
        html.add(
            "<span class=\"mark\" style=\"left:%.3f%%;top:%.3f%%;width:%.3f%%;height:%.3f%%\">"
                + "%s</span>",
            100.0 * left(region) / width,
            100.0 * top(region) / height,
            100.0 * (right(region) - left(region)) / width,
            100.0 * (bottom(region) - top(region)) / height,
            numbered ? Html.of("<b>%d</b>", i + 1) : new Html());
      }
    }
    return html;
  }

  private static long top(Explanation.Region region) {
    return region.from().size() == 1 ? 0 : region.from().get(0);
  }

  private static long bottom(Explanation.Region region) {
    return region.from().size() == 1 ? 1 : region.to().get(0);
  }

  private static long left(Explanation.Region region) {
    return region.from().get(region.from().size() - 1);
  }

  private static long right(Explanation.Region region) {
    return region.to().get(region.to().size() - 1);
  }

  private static String text(Explanation.Region region) {
    int rank = region.from().size();
    List<String> axes =
        rank == 1 ? List.of("step") : rank == 2 ? List.of("row", "column") : List.of();
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      String axis = i < axes.size() ? axes.get(i) : "axis " + (i + 1) + " index";
      parts.add(HtmlReport.range(axis, region.from().get(i), region.to().get(i)));
    }
    return String.join(", ", parts);
  }
}
