package dev.keraunos.report.internal;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A piece of a page that is HTML and XML alike. Text put into it is escaped. */
public final class Html {
  private static final Pattern CELL = Pattern.compile("<t([hdr])\\b");

  private final StringBuilder text = new StringBuilder();

  public static Html of(String format, Object... values) {
    return new Html().add(format, values);
  }

  /**
   * Appends markup.
   *
   * @param format as of {@link String#format}
   * @param values numbers, pieces of HTML, or text to escape
   */
  public Html add(String format, Object... values) {
    Object[] safe = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      boolean kept = values[i] instanceof Number || values[i] instanceof Html;
      safe[i] = kept ? values[i] : escape(String.valueOf(values[i]));
    }
    text.append(String.format(Locale.ROOT, format, safe));
    return this;
  }

  /** Rows of a table, each cell with its heading, for windows too narrow for columns. */
  public Html labelled(List<String> heads) {
    Html rows = new Html();
    Matcher cells = CELL.matcher(text);
    int column = 0;
    while (cells.find()) {
      boolean row = cells.group(1).equals("r");
      String head = row || column >= heads.size() ? "" : heads.get(column);
      cells.appendReplacement(
          rows.text, head.isEmpty() ? "$0" : Matcher.quoteReplacement(cells.group() + label(head)));
      column = row ? 0 : column + 1;
    }
    cells.appendTail(rows.text);
    return rows;
  }

  private static String label(String head) {
    return " data-is=\"" + escape(head) + "\"";
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
                escaped.append("&#").append(c).append(';');
              } else {
                boolean allowed =
                    c >= ' ' && (c < 0xd800 || c > 0xdfff) && c != 0xfffe && c != 0xffff;
                escaped.appendCodePoint(allowed ? c : 0xfffd);
              }
            });
    return escaped.toString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
