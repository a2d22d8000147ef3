package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.report.internal.Html;
import java.util.ArrayList;
import java.util.List;

/** The steps from the elements to the number as boxes below each other, with shapes. */
final class StageDiagram {
  private static final int WIDTH = 320;
  private static final int BOX = 66;
  private static final int LINE = 16;
  private static final int LETTERS = 40;

  private final Html svg = new Html();
  private int y;

  private StageDiagram() {}

  static Html of(Explanation.Output output) {
    return new StageDiagram().draw(output);
  }

  private Html draw(Explanation.Output output) {
    List<Explanation.Stage> stages = output.stages();
    if (output.terms().size() > 1) {
      output.terms().forEach(this::term);
      boolean single = stages.get(0).shape().equals("()");
      arrow(single ? "added up" : "added up, position by position");
    }
    for (int i = 0; i < stages.size(); i++) {
      if (i > 0) {
        arrow(stages.get(i).what());
      }
      box(stages.get(i), i == stages.size() - 1);
    }
    return Html.of(
        "<svg class=\"diagram\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\""
            + " height=\"%d\" viewBox=\"0 0 %d %d\"><title>How the loss of output %s is"
            + " reduced</title>%s</svg>",
        WIDTH, y + 1, WIDTH, y + 1, output.name(), svg);
  }

  private void box(Explanation.Stage stage, boolean last) {
    svg.add(
        "<rect x=\"1\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>",
        y + 1, WIDTH - 2, BOX - 2, last ? 14 : 3);
    svg.add("<text class=\"name\" x=\"10\" y=\"%d\">%s</text>", y + 19, stage.name());
    svg.add("<text class=\"shape\" x=\"10\" y=\"%d\">shape %s</text>", y + 38, stage.shape());
    svg.add(
        "<text x=\"10\" y=\"%d\">%s %s</text>",
        y + 57, stage.shape().equals("()") ? "value" : "mean", TextReport.number(stage.value()));
    y += BOX;
  }

  private void term(Explanation.Term term) {
    String weight = term.weight().isEmpty() ? "" : ", times " + term.weight();
    String spread = term.batchLevel() ? ", one number per batch" : "";
    List<String> lines = wrapped(term.name() + weight + spread);
    int height = 30 + LINE * lines.size();
    svg.add(
        "<rect x=\"1\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" stroke-dasharray=\"4\"/>",
        y + 1, WIDTH - 2, height - 4);
    for (int i = 0; i < lines.size(); i++) {
      svg.add("<text class=\"name\" x=\"10\" y=\"%d\">%s</text>", y + 19 + LINE * i, lines.get(i));
    }
    svg.add(
        "<text x=\"10\" y=\"%d\">adds %s</text>", y + height - 12, TextReport.number(term.value()));
    y += height;
  }

  private void arrow(String what) {
    List<String> lines = wrapped(what);
    int end = y + LINE * lines.size() + 12;
    svg.add("<path d=\"M16 %d V%d M11 %d L16 %d L21 %d\"/>", y, end, end - 6, end, end - 6);
    for (String line : lines) {
      y += LINE;
      svg.add("<text class=\"how\" x=\"30\" y=\"%d\">%s</text>", y + 4, line);
    }
    y = end;
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > LETTERS) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
