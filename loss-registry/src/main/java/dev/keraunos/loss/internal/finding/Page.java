package dev.keraunos.loss.internal.finding;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The page "What Keraunos can tell you", and one for each question. */
final class Page {
  private static final String HEAD =
      """
      # What Keraunos can tell you

      `explain-loss` begins with what it finds, in sentences. Each comes from a rule of this list; the first in the list that has something to say is
      the first line, two more follow the equation, and `--all` shows the rest. JSON names the rule, its numbers with all digits, and the sentence;
      `model.explainLoss(data).findings()` gives the same as records. Everything is summed up while the batches pass, in constant memory; *once more* says that the
      loss or the model is computed again, which happens only where the first pass found a reason.

      This page is written from the rules. By question:

      """;

  private static final String TABLE =
      """

      | rule | speaks if | says | looks at |
      |---|---|---|---|
      """;

  private Page() {}

  static String index(List<Rule> rules) {
    StringBuilder page = new StringBuilder(HEAD);
    for (Family family : Family.ALL) {
      page.append(String.format(Locale.ROOT, "- [%s](%s.md)\n", family.question(), family.file()));
    }
    page.append(TABLE);
    rules.forEach(rule -> page.append(row(rule)));
    return page.toString();
  }

  private static String row(Rule rule) {
    return String.format(
        Locale.ROOT,
        "| `%s` | %s | %s | %s |\n",
        rule.name(),
        rule.when(),
        rule.example().isEmpty() ? "" : "*" + rule.example() + "*",
        needs(rule));
  }

  private static String needs(Rule rule) {
    return rule.needs().stream()
        .map(need -> need.name().toLowerCase(Locale.ROOT).replace("_again", " once more"))
        .collect(Collectors.joining(", "));
  }

  /**
   * The page of a question.
   *
   * @param silent by rule, those that say it already where they speak
   * @param cases by rule, recorded models of which it speaks first
   */
  static String of(
      Family family, Map<String, List<String>> silent, Map<String, List<String>> cases) {
    StringBuilder page = new StringBuilder();
    page.append("# ").append(family.question()).append("\n\n").append(family.answer());
    page.append(
        "\n\n"
            + "`explain-loss` answers in its first lines. What it may say here, written from [its"
            + " rules](what-keraunos-can-tell.md); a quoted sentence is of one case, the command"
            + " below it shows another one of the kind:\n");
    for (Rule rule : family.rules()) {
      page.append("\n## ").append(rule.name()).append("\n\n");
      if (!rule.example().isEmpty()) {
        page.append("> ").append(rule.example()).append("\n\n");
      }
      page.append("Speaks if: ").append(rule.when()).append('\n');
      List<String> before = silent.getOrDefault(rule.name(), List.of());
      if (!before.isEmpty()) {
        page.append("\nSilent where ").append(code(before)).append(" speaks.\n");
      }
      cases.getOrDefault(rule.name(), List.of()).stream()
          .limit(1)
          .forEach(
              path ->
                  page.append("\n    ./keraunos explain-loss ")
                      .append(path)
                      .append(' ')
                      .append(path.replaceFirst("\\.[^.]*$", ".npz"))
                      .append('\n'));
    }
    return page.toString();
  }

  private static String code(List<String> names) {
    return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(" or "));
  }
}
