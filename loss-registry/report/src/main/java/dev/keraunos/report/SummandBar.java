package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.text.Numbers;
import dev.keraunos.report.internal.Html;
import java.util.LinkedHashMap;
import java.util.Map;

/** The equation of a loss as a bar: what its summands are, or the classes of the only one. */
final class SummandBar {
  private static final int FEW = 12;

  private SummandBar() {}

  /** Empty where there is nothing to tell apart, or parts go both ways. */
  static Html of(Explanation explanation) {
    Map<String, Double> parts = new LinkedHashMap<>();
    explanation.outputs().forEach(output -> parts.put(output.name(), output.contribution()));
    double penalties =
        explanation.penalties().stream().mapToDouble(Explanation.Penalty::value).sum();
    if (penalties != 0) {
      parts.put("regularisers", penalties);
    }
    if (parts.size() == 1 && explanation.outputs().size() == 1) {
      Explanation.Output only = explanation.outputs().get(0);
      parts.clear();
      only.classes().forEach(k -> parts.put("class " + k.label(), k.byTrueClass()));
      if (only.unsplit() != 0) {
        parts.put("no position", only.unsplit());
      }
    }
    double all = parts.values().stream().mapToDouble(Double::doubleValue).sum();
    boolean told =
        parts.size() > 1
            && parts.size() <= FEW
            && all > 0
            && parts.values().stream().allMatch(part -> part >= 0);
    Html bar = new Html();
    if (told) {
      bar.add("<div class=\"summands\">");
      parts.forEach(
          (name, part) -> {
            String text = name + " " + Numbers.percent(part / all);
            bar.add(
                "<span style=\"width:%.2f%%\" title=\"%s\">%s</span>",
                100 * part / all, text, text);
          });
      bar.add("</div>");
    }
    return bar;
  }
}
