package dev.keraunos.cli.internal;

import dev.keraunos.importer.internal.summary.ModelSummary;
import dev.keraunos.importer.internal.summary.SummaryText;
import dev.keraunos.report.internal.Html;
import dev.keraunos.report.internal.Page;
import java.util.List;

/** A summary as a page: the graph drawn, below it each layer; models inside unfold. */
public final class SummaryPage {
  private final ModelSummary summary;
  private final boolean arrays;
  private final Html page = new Html();

  private SummaryPage(ModelSummary summary, boolean arrays) {
    this.summary = summary;
    this.arrays = arrays;
  }

  /**
   * The page.
   *
   * @param arrays whether it shows every array of weights
   */
  public static String of(ModelSummary summary, boolean arrays) {
    return new SummaryPage(summary, arrays).render();
  }

  private String render() {
    page.add("<h1>%s</h1>", summary.file());
    page.add("<pre class=\"wide\">");
    SummaryText.head(summary).lines().forEach(line -> page.add("%s\n", line));
    page.add("</pre>");
    summary.gaps().forEach(gap -> page.add("<p class=\"note\">not supported: %s</p>", gap));
    model("");
    return Page.of(summary.file(), page);
  }

  private void model(String parent) {
    List<ModelSummary.Layer> layers =
        summary.layers().stream().filter(layer -> layer.saved().parent().equals(parent)).toList();
    page.add("<div class=\"wide\">%s</div>", GraphPicture.of(summary, layers, parent));
    page.add("<div class=\"wide\"><table><thead><tr><th>layer</th><th>class</th><th>output</th>");
    page.add("<th class=\"n\">parameters</th><th>connected to</th><th>settings</th></tr></thead>");
    page.add("<tbody>");
    layers.forEach(this::row);
    page.add("</tbody></table></div>");
    for (ModelSummary.Layer layer : layers) {
      if (layer.isModel()) {
        page.add("<details open=\"open\"><summary>inside %s</summary>", layer.path());
        model(layer.path());
        page.add("</details>");
      }
    }
  }

  private void row(ModelSummary.Layer layer) {
    page.add(
        "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td class=\"n\">%d</td><td>%s</td>",
        layer.saved().spec().name(),
        layer.className(),
        SummaryText.shapes(layer),
        layer.parameters().all(),
        String.join(", ", layer.sources()));
    page.add("<td>%s", SummaryText.settings(layer));
    if (arrays && !layer.saved().arrays().isEmpty()) {
      page.add("<details><summary>weights</summary><ul>");
      layer.saved().arrays().forEach(array -> page.add("<li>%s</li>", SummaryText.array(array)));
      page.add("</ul></details>");
    }
    page.add("</td></tr>");
  }
}
