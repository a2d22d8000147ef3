package dev.keraunos.importer.internal.diff;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.summary.Settings;
import dev.keraunos.importer.internal.summary.Statistics;
import dev.keraunos.importer.internal.summary.TextTable;
import java.util.List;
import java.util.Optional;

/** How two files differ, as text of 80 columns. */
public final class DiffText {
  private static final int DIGITS = 12;
  private static final String INDENT = "      ";

  private final StringBuilder text = new StringBuilder();

  private DiffText() {}

  /** The text, in lines that end. */
  public static String of(FileDiff diff) {
    DiffText made = new DiffText();
    made.add(diff);
    return made.text.toString();
  }

  private void add(FileDiff diff) {
    text.append(TextTable.wrapped("a  ", "   ", diff.a()));
    text.append(TextTable.wrapped("b  ", "   ", diff.b()));
    String both = diff.layers() + " layers and " + diff.compared() + " arrays are in both";
    text.append(TextTable.wrapped("", "", both + (diff.isEmpty() ? "; nothing differs" : "")));
    changes("topology", diff.topology());
    changes("settings", diff.settings());
    if (!diff.arrays().isEmpty()) {
      text.append("\nweights: ").append(diff.arrays().size());
      text.append(diff.arrays().size() == 1 ? " array differs\n" : " arrays differ\n");
    }
    diff.arrays().forEach(this::array);
    changes("compiled with", diff.compiled());
  }

  private void changes(String title, List<FileDiff.Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    text.append('\n').append(title).append('\n');
    for (FileDiff.Change change : changes) {
      String path = change.path().isEmpty() ? "" : change.path() + " ";
      text.append(TextTable.wrapped("  ", INDENT, path + change.key() + ": " + sides(change)));
    }
  }

  private static String sides(FileDiff.Change change) {
    if (change.key().equals("layer")) {
      return change.a().isNull()
          ? change.b().asText() + ", only in b"
          : change.a().asText() + ", only in a";
    }
    return shown(change.a()) + " -> " + shown(change.b());
  }

  private static String shown(JsonNode value) {
    String shown = Settings.text(value);
    return shown.isEmpty() ? "nothing" : shown;
  }

  private void array(ArrayChange change) {
    String name = change.path() + "/" + change.name();
    Optional<ArrayChange.Form> form = change.a().or(change::b);
    String kind = form.map(f -> " " + f.dtype() + " " + f.shape()).orElseThrow();
    String how;
    if (change.a().isEmpty() || change.b().isEmpty()) {
      how = kind + ", only in " + (change.a().isEmpty() ? "b" : "a");
    } else {
      ArrayChange.Form b = change.b().get();
      boolean same = b.shape().equals(form.get().shape()) && b.dtype().equals(form.get().dtype());
      how = kind + (same ? "" : " -> " + b.dtype() + " " + b.shape());
      how += change.numbers().map(numbers -> ": " + numbers(numbers)).orElse("");
      how += ", sha256 " + cut(form.get()) + " -> " + cut(b);
    }
    text.append(TextTable.wrapped("  ", INDENT, name + how));
  }

  private static String cut(ArrayChange.Form form) {
    return form.digest().substring(0, DIGITS);
  }

  /** How numbers differ, in words. */
  public static String numbers(ArrayChange.Numbers numbers) {
    String relative =
        Double.isFinite(numbers.relative())
            ? " (" + Statistics.digits(numbers.relative()) + " of the largest)"
            : "";
    return numbers.changed()
        + " of "
        + numbers.size()
        + " numbers, at most by "
        + Statistics.digits(numbers.largest())
        + relative
        + " at "
        + numbers.at()
        + ", on average by "
        + Statistics.digits(numbers.mean());
  }
}
