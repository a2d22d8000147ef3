package dev.keraunos.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A page of GitHub's Markdown. Text put into it is escaped: it shows as it is, and becomes neither
 * markup nor a link, a mention of a user, a reference to an issue, an emoji or a formula.
 */
final class Markdown {
  /** Shows nothing, and parts what GitHub would join to a link after all markup is read. */
  private static final String GAP = "<!-- -->";

  private static final Pattern SPACE = Pattern.compile("[\\p{Z}\\s\\x85]+");
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cs}\\x{fffe}\\x{ffff}]");
  private static final Pattern SIGN = Pattern.compile("[\\\\`*_\\[\\]~$]");
  private static final Pattern LINKING =
      Pattern.compile("[@#]|:(?=\\S*[:/])|\\bwww(?=\\.)|\\bgh(?=-\\d)", Pattern.CASE_INSENSITIVE);

  /** What would begin a list or be a rule. */
  private static final Pattern BEGINNING = Pattern.compile("^(\\d*)([-+.)])(?=[ -]|$)");

  private final StringBuilder text = new StringBuilder();

  /** Appends a heading of this depth. */
  Markdown heading(int depth, String heading) {
    return block("#".repeat(depth) + " " + escape(heading));
  }

  /** Appends a paragraph. */
  Markdown paragraph(String paragraph) {
    return block(beginning(paragraph));
  }

  /** Appends a paragraph that is to be seen first. */
  Markdown strong(String paragraph) {
    return block("**" + escape(paragraph) + "**");
  }

  /** Appends a list, if it has items. */
  Markdown list(List<String> items) {
    return items.isEmpty()
        ? this
        : block("- " + String.join("\n- ", items.stream().map(Markdown::beginning).toList()));
  }

  /**
   * Appends a table.
   *
   * @param heads of the columns; those that end in a colon hold numbers, and lose it
   */
  Markdown table(List<String> heads, List<List<String>> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(row(heads.stream().map(head -> head.replaceFirst(":$", "")).toList()));
    lines.add(
        "|"
            + String.join("|", heads.stream().map(h -> h.endsWith(":") ? "---:" : "---").toList())
            + "|");
    rows.forEach(row -> lines.add(row(row)));
    return block(String.join("\n", lines));
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells.stream().map(Markdown::escape).toList()) + " |";
  }

  private Markdown block(String block) {
    text.append(text.isEmpty() ? "" : "\n").append(block).append('\n');
    return this;
  }

  private static String beginning(String text) {
    return BEGINNING.matcher(escape(text)).replaceFirst("$1\\\\$2");
  }

  private static String escape(String text) {
    String line =
        INVISIBLE.matcher(SPACE.matcher(text).replaceAll(" ").strip()).replaceAll("\ufffd");
    String plain = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    String signs = SIGN.matcher(plain).replaceAll("\\\\$0");
    return LINKING.matcher(signs).replaceAll("$0" + GAP).replace("|", "&#124;");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
