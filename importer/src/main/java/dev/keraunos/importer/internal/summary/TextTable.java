package dev.keraunos.importer.internal.summary;

import java.util.ArrayList;
import java.util.List;

/** Columns of text that fit in a width: cells that are too long go on in the next line. */
public final class TextTable {
  /** What terminals and mails have room for. */
  public static final int WIDTH = 80;

  private static final String UNBROKEN = "\u00a0";
  private static final int GAP = 2;
  private static final int LEAST = 8;

  private final int[] widths;
  private final boolean[] right;
  private final List<Object> lines = new ArrayList<>();

  /**
   * Starts without rows.
   *
   * @param right of each column, whether its cells end at one edge, as numbers do
   */
  public TextTable(boolean... right) {
    this.right = right.clone();
    this.widths = new int[right.length];
  }

  /** Adds a row. */
  public TextTable row(String... cells) {
    String[] row = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      row[i] = printable(cells[i]);
      widths[i] = Math.max(widths[i], row[i].length());
    }
    lines.add(row);
    return this;
  }

  /** A text of a file without what moves the cursor, colours, or turns the order of letters. */
  static String printable(String text) {
    return text.replaceAll("[\\p{Cntrl}\u200e\u200f\u202a-\u202e\u2066-\u2069]", "?");
  }

  /** Adds text across all columns. */
  public TextTable across(String indent, String text) {
    lines.add(wrapped(indent, indent, text));
    return this;
  }

  /** The lines, each with its end. */
  @Override
  public String toString() {
    fit();
    StringBuilder text = new StringBuilder();
    for (Object line : lines) {
      if (line instanceof String[] cells) {
        addRow(cells, text);
      } else {
        text.append(line);
      }
    }
    return text.toString();
  }

  /** Takes from the widest column until all fit. */
  private void fit() {
    int sum = GAP * (widths.length - 1);
    for (int width : widths) {
      sum += width;
    }
    for (; sum > WIDTH; sum--) {
      int widest = 0;
      for (int i = 0; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= LEAST) {
        return;
      }
      widths[widest]--;
    }
  }

  private void addRow(String[] cells, StringBuilder text) {
    List<List<String>> columns = new ArrayList<>();
    int height = 0;
    for (int i = 0; i < cells.length; i++) {
      columns.add(pieces(cells[i], Math.max(1, widths[i])));
      height = Math.max(height, columns.get(i).size());
    }
    for (int line = 0; line < height; line++) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < cells.length; i++) {
        String piece = line < columns.get(i).size() ? columns.get(i).get(line) : "";
        String space = " ".repeat(widths[i] - piece.length());
        row.append(right[i] ? space + piece : piece + space).append(" ".repeat(GAP));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
  }

  /** Text in lines of the width, from the second on with another indent. */
  public static String wrapped(String first, String indent, String text) {
    StringBuilder lines = new StringBuilder();
    String start = first;
    for (String piece : pieces(text, WIDTH - Math.max(first.length(), indent.length()))) {
      lines.append((start + piece).stripTrailing()).append('\n');
      start = indent;
    }
    return lines.toString();
  }

  /** The same of a message, whose lines stay apart, as do options and what is given for them. */
  public static String message(String first, String indent, String text) {
    StringBuilder lines = new StringBuilder();
    String start = first;
    for (String line : text.lines().toList()) {
      String whole = line.replaceAll("(--[a-z-]+) ", "$1" + UNBROKEN);
      lines.append(wrapped(start, indent, whole).replace(UNBROKEN, " "));
      start = indent;
    }
    return lines.toString();
  }

  /** Cuts behind spaces, else behind signs that part names, else anywhere. */
  static List<String> pieces(String text, int width) {
    List<String> pieces = new ArrayList<>();
    String rest = printable(text);
    while (rest.length() > width) {
      int cut = rest.lastIndexOf(' ', width);
      for (int i = width; cut <= 0 && i > width / 2; i--) {
        cut = "/,._(".indexOf(rest.charAt(i - 1)) >= 0 ? i : cut;
      }
      cut = cut <= 0 ? width : cut;
      pieces.add(rest.substring(0, cut).stripTrailing());
      rest = rest.substring(cut).stripLeading();
    }
    pieces.add(rest);
    return pieces;
  }
}
