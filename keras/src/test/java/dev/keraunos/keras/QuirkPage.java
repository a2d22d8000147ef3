package dev.keraunos.keras;

/** The table of quirks as a page for readers. */
final class QuirkPage {
  private static final String HEAD =
      """
      # What changed in which Keras

      What `predict`, `evaluate` and `explain-loss` do differently for the Keras that wrote a file, or that `--keras` asks for. A cell names the releases that do it; an empty one
      means that none of them does. This page is written from `Quirk.java`, the only place of the code that compares versions.

      tf.keras goes by the version of TensorFlow. Graph mode is that of 1.9 to 1.12 (files say `2.1.5-tf` or `2.1.6-tf`), 1.13 to 1.15 (`2.2.4-tf`), 2.0 and 2.1 (`2.2.4-tf` or
      `2.3.0-tf`), and TensorFlow 2 without eager execution (`--keras VERSION-v1`). TensorFlow 2.2 calls its Keras `2.3.0-tf`, 2.3 and 2.4 call it `2.4.0`.
      """;

  private QuirkPage() {}

  static String text() {
    StringBuilder page = new StringBuilder(HEAD);
    for (Topic topic : Topic.values()) {
      page.append("\n## ").append(topic).append("\n\n");
      page.append("|").append(row(" ", (Object[]) Line.values()).substring(3));
      page.append("|---|---|---|---|---|---|\n");
      for (Quirk quirk : Quirk.values()) {
        if (quirk.topic() == topic) {
          page.append(row(quirk));
        }
      }
    }
    return page.toString();
  }

  private static String row(Quirk quirk) {
    Object[] cells = new Object[Line.values().length];
    for (Line line : Line.values()) {
      cells[line.ordinal()] = quirk.releases().describe(line);
    }
    return row(quirk.text(), cells);
  }

  private static String row(String first, Object... cells) {
    StringBuilder row = new StringBuilder("| ").append(first).append(" |");
    for (Object cell : cells) {
      row.append(' ').append(cell).append(cell.toString().isEmpty() ? "|" : " |");
    }
    return row.append('\n').toString();
  }
}
