package dev.keraunos.loss.internal.finding;

import java.util.Locale;
import java.util.stream.Collectors;

/** The page "What Keraunos can tell you". */
final class Page {
  static final String HEAD =
      """
      # What Keraunos can tell you

      `explain-loss` begins with what it finds, in sentences. Each comes from a rule of this list; the first in the list that has something to say is
      the first line, two more follow the equation, and `--all` shows the rest. JSON names the rule, its numbers with all digits, and the sentence;
      `model.explainLoss(data).findings()` gives the same as records. Everything is summed up while the batches pass, in constant memory; *once more* says that the
      loss or the model is computed again, which happens only where the first pass found a reason.

      This page is written from the rules.

      | rule | speaks if | says | looks at |
      |---|---|---|---|
      """;

  private Page() {}

  static String row(Rule rule) {
    String needs =
        rule.needs().stream()
            .map(need -> need.name().toLowerCase(Locale.ROOT).replace("_again", " once more"))
            .collect(Collectors.joining(", "));
    return String.format(
        "| `%s` | %s | %s | %s |%n",
        rule.name(),
        rule.when(),
        rule.example().isEmpty() ? "" : "*" + rule.example() + "*",
        needs);
  }
}
