package dev.keraunos.cli.internal;

import dev.keraunos.importer.internal.summary.ModelSummary;
import dev.keraunos.importer.internal.summary.SummaryGraph;
import dev.keraunos.report.internal.Html;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The layers of one model as boxes, each below all that it takes. An edge that goes past other
 * levels has a place of its own in each.
 */
final class GraphPicture {
  private static final int WIDTH = 190;
  private static final int HEIGHT = 78;
  private static final int LANE = 26;
  private static final int GAP = 20;
  private static final int DROP = 40;
  private static final int LINE = 17;
  private static final int LETTERS = 24;

  /** A box, or where an edge goes past a level. */
  private static final class Place {
    private final ModelSummary.Layer layer;
    private final List<Place> above = new ArrayList<>();
    private double order;
    private int x;
    private int level;

    Place(ModelSummary.Layer layer, int level) {
      this.layer = layer;
      this.level = level;
    }

    int width() {
      return layer == null ? LANE : WIDTH;
    }

    int middle() {
      return x + width() / 2;
    }
  }

  private final Map<String, Place> boxes = new HashMap<>();
  private final TreeMap<Integer, List<Place>> levels = new TreeMap<>();
  private final Map<String, List<String>> sources = new HashMap<>();
  private final Html svg = new Html();

  private GraphPicture(ModelSummary summary, List<ModelSummary.Layer> layers) {
    layers.forEach(layer -> boxes.put(layer.path(), new Place(layer, -1)));
    for (SummaryGraph.Edge edge : SummaryGraph.edges(summary)) {
      if (boxes.containsKey(edge.from()) && boxes.containsKey(edge.to())) {
        sources.computeIfAbsent(edge.to(), to -> new ArrayList<>()).add(edge.from());
      }
    }
    for (ModelSummary.Layer layer : layers) {
      Place box = boxes.get(layer.path());
      box.level = level(layer.path(), new HashSet<>());
      levels.computeIfAbsent(box.level, level -> new ArrayList<>()).add(box);
    }
    layers.forEach(layer -> connect(layer.path()));
  }

  /** The picture of some layers of a model. */
  static Html of(ModelSummary summary, List<ModelSummary.Layer> layers, String title) {
    return new GraphPicture(summary, layers).draw(title.isEmpty() ? summary.file() : title);
  }

  /** Below all sources; a layer that is called on what comes of itself stays where it is. */
  private int level(String path, Set<String> below) {
    Place box = boxes.get(path);
    if (box.level >= 0 || !below.add(path)) {
      return Math.max(0, box.level);
    }
    int level = 0;
    for (String source : sources.getOrDefault(path, List.of())) {
      if (!below.contains(source)) {
        level = Math.max(level, 1 + level(source, below));
      }
    }
    below.remove(path);
    box.level = level;
    return level;
  }

  private void connect(String path) {
    Place box = boxes.get(path);
    for (String source : sources.getOrDefault(path, List.of())) {
      Place last = boxes.get(source);
      for (int level = last.level + 1; level < box.level; level++) {
        Place lane = new Place(null, level);
        lane.above.add(last);
        levels.get(level).add(lane);
        last = lane;
      }
      box.above.add(last);
    }
  }

  private Html draw(String title) {
    int width = place();
    int height = levels.size() * (HEIGHT + DROP);
    levels.values().forEach(row -> row.forEach(this::edges));
    levels.values().forEach(row -> row.forEach(this::box));
    return Html.of(
        "<svg class=\"diagram\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\""
            + " height=\"%d\" viewBox=\"0 0 %d %d\" style=\"max-width:none\"><title>The layers of"
            + " %s</title>%s</svg>",
        width, height, width, height, title, svg);
  }

  /** Each level in the order of what it takes, in the middle; gives the width of all. */
  private int place() {
    int widest = 0;
    for (List<Place> row : levels.values()) {
      for (Place place : row) {
        place.order =
            place.above.stream().mapToInt(Place::middle).average().orElse(row.indexOf(place));
      }
      row.sort((one, other) -> Double.compare(one.order, other.order));
      int x = 0;
      for (Place place : row) {
        place.x = x;
        x += place.width() + GAP;
      }
      widest = Math.max(widest, x);
    }
    for (List<Place> row : levels.values()) {
      Place last = row.get(row.size() - 1);
      int shift = (widest - last.x - last.width() - GAP) / 2;
      row.forEach(place -> place.x += shift);
    }
    return widest;
  }

  private void edges(Place place) {
    int y = place.level * (HEIGHT + DROP);
    for (Place from : place.above) {
      int start = from.level * (HEIGHT + DROP) + HEIGHT;
      svg.add(
          "<path d=\"M%d %d C%d %d %d %d %d %d\"/>",
          from.middle(),
          start,
          from.middle(),
          start + DROP,
          place.middle(),
          y - DROP,
          place.middle(),
          y);
    }
    if (place.layer == null) {
      svg.add("<path d=\"M%d %d V%d\"/>", place.middle(), y, y + HEIGHT);
    } else if (!place.above.isEmpty()) {
      svg.add("<path d=\"M%d %d l5 -8 m-5 8 l-5 -8\"/>", place.middle(), y);
    }
  }

  private void box(Place place) {
    if (place.layer == null) {
      return;
    }
    int y = place.level * (HEIGHT + DROP);
    svg.add("<g><title>%s</title>", String.join(", ", SummaryGraph.label(place.layer)));
    svg.add(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>",
        place.x + 1, y + 1, WIDTH - 2, HEIGHT - 2, place.layer.isModel() ? 14 : 3);
    List<String> lines = SummaryGraph.label(place.layer);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean whole = line.length() <= LETTERS;
      svg.add(
          "<text%s x=\"%d\" y=\"%d\">%s</text>",
          Html.of(i == 0 ? " class=\"name\"" : ""),
          place.x + 9,
          y + LINE * (i + 1),
          whole ? line : line.substring(0, LETTERS - 1) + "…");
    }
    svg.add("</g>");
  }
}
