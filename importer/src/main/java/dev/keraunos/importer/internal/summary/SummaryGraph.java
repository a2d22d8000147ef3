package dev.keraunos.importer.internal.summary;

import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which layer feeds which, in the languages of tools that draw graphs. */
public final class SummaryGraph {
  private final ModelSummary summary;
  private final Map<String, Integer> numbers = new HashMap<>();

  private SummaryGraph(ModelSummary summary) {
    this.summary = summary;
    summary.layers().forEach(layer -> numbers.put(layer.path(), numbers.size()));
  }

  /**
   * One tensor's way.
   *
   * @param from the path of the layer that computes it
   * @param what {@code #1} for its second call, {@code :1} for its second tensor, else empty
   * @param to the path of the layer that takes it
   */
  public record Edge(String from, String what, String to) {}

  /** The edges between the layers of a model. */
  public static List<Edge> edges(ModelSummary summary) {
    Set<String> paths =
        summary.layers().stream().map(ModelSummary.Layer::path).collect(Collectors.toSet());
    Set<Edge> edges = new LinkedHashSet<>();
    for (ModelSummary.Layer layer : summary.layers()) {
      for (String source : layer.sources()) {
        String from = source;
        while (!paths.contains(from) && from.matches(".*[#:]\\d+")) {
          from = from.substring(0, Math.max(from.lastIndexOf('#'), from.lastIndexOf(':')));
        }
        if (paths.contains(from)) {
          edges.add(new Edge(from, source.substring(from.length()), layer.path()));
        }
      }
    }
    return List.copyOf(edges);
  }

  /** What stands on a layer: its name, its class, what it gives and holds. */
  public static List<String> label(ModelSummary.Layer layer) {
    List<String> lines = new ArrayList<>();
    lines.add(layer.saved().spec().name());
    lines.add(layer.className());
    Optional<Shape> shape = layer.outputs().stream().flatMap(p -> p.shape().stream()).findFirst();
    shape.ifPresent(known -> lines.add(known.toString()));
    if (layer.parameters().all() > 0) {
      lines.add(layer.parameters().all() + " parameters");
    }
    return lines;
  }

  /** In the language of Graphviz; the layers of a model inside are a cluster beside it. */
  public static String dot(ModelSummary summary) {
    return new SummaryGraph(summary).dot();
  }

  private String dot() {
    StringBuilder text = new StringBuilder("digraph model {\n  node [shape=box];\n");
    dotLayers("", "  ", text);
    for (Edge edge : edges(summary)) {
      String label = edge.what().isEmpty() ? "" : " [label=\"" + edge.what() + "\"]";
      text.append(String.format("  %s -> %s%s;%n", id(edge.from()), id(edge.to()), label));
    }
    return text.append("}\n").toString();
  }

  private void dotLayers(String parent, String indent, StringBuilder text) {
    for (ModelSummary.Layer layer : inside(parent)) {
      String label =
          label(layer).stream().map(SummaryGraph::quoted).collect(Collectors.joining("\\n"));
      text.append(String.format("%s%s [label=\"%s\"];%n", indent, id(layer.path()), label));
      if (layer.isModel()) {
        text.append(String.format("%ssubgraph cluster_%s {%n", indent, id(layer.path())));
        text.append(String.format("%s  label=\"%s\";%n", indent, quoted(layer.path())));
        dotLayers(layer.path(), indent + "  ", text);
        text.append(indent).append("}\n");
      }
    }
  }

  private static String quoted(String text) {
    return TextTable.printable(text)
        .replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("&", "&amp;");
  }

  /** In the language of Mermaid, which Markdown of GitHub and GitLab draws. */
  public static String mermaid(ModelSummary summary) {
    return new SummaryGraph(summary).mermaid();
  }

  private String mermaid() {
    StringBuilder text = new StringBuilder("flowchart TD\n");
    mermaidLayers("", "  ", text);
    for (Edge edge : edges(summary)) {
      String label = edge.what().isEmpty() ? "" : "|\"" + entities(edge.what()) + "\"|";
      text.append(String.format("  %s -->%s %s%n", id(edge.from()), label, id(edge.to())));
    }
    return text.toString();
  }

  private void mermaidLayers(String parent, String indent, StringBuilder text) {
    for (ModelSummary.Layer layer : inside(parent)) {
      String label =
          label(layer).stream().map(SummaryGraph::entities).collect(Collectors.joining("<br>"));
      text.append(String.format("%s%s[\"%s\"]%n", indent, id(layer.path()), label));
      if (layer.isModel()) {
        text.append(
            String.format(
                "%ssubgraph in_%s[\"%s\"]%n", indent, id(layer.path()), entities(layer.path())));
        mermaidLayers(layer.path(), indent + "  ", text);
        text.append(indent).append("end\n");
      }
    }
  }

  /** What means something to Mermaid, as the numbers of its characters. */
  private static String entities(String text) {
    StringBuilder safe = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              boolean plain = Character.isLetterOrDigit(c) || " _-/().,?".indexOf(c) >= 0;
              if (plain) {
                safe.appendCodePoint(c);
              } else {
                safe.append('#').append(c).append(';');
              }
            });
    return safe.toString();
  }

  private List<ModelSummary.Layer> inside(String parent) {
    return summary.layers().stream().filter(l -> l.saved().parent().equals(parent)).toList();
  }

  private String id(String path) {
    return "n" + numbers.get(path);
  }
}
