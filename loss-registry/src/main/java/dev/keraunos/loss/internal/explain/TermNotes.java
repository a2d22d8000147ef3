package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How to read the terms of a loss, in sentences. */
final class TermNotes {
  private final boolean hasClasses;
  private final List<String> found = new ArrayList<>();

  private TermNotes(boolean hasClasses) {
    this.hasClasses = hasClasses;
  }

  static List<String> of(List<Explanation.Term> terms, boolean hasClasses) {
    TermNotes notes = new TermNotes(hasClasses);
    terms.forEach(notes::batchTerm);
    terms.forEach(notes::unsplit);
    return notes.found;
  }

  private void batchTerm(Explanation.Term term) {
    if (term.batchLevel() && !term.weight().isEmpty()) {
      add(
          "'%s' is one number per batch, yet it is multiplied by %s at every position: it adds %s"
              + " whatever the error there (%s without the weight)",
          term.name(), term.weight(), number(term.value()), number(term.unweighted()));
    }
  }

  /** What of a term no class and no place adds, and what was held so that they add the rest. */
  private void unsplit(Explanation.Term term) {
    boolean placed = !term.byTrueClass().isEmpty() || !hasClasses;
    if (term.split().isPresent() && !term.split().get().fixed().isEmpty()) {
      Explanation.Split split = term.split().get();
      add(
          "'%s' is one number for many positions: what each adds is told with %s held at its value,"
              + " so other predictions would change the loss by more or less than that",
          term.name(), String.join(", ", split.fixed()));
    } else if (term.split().isEmpty() && placed && term.batchLevel()) {
      add(
          "'%s' couples the positions of a batch and is no sum over them: a class or place adds"
              + " what its scores are, which other positions may have caused; --what-if computes"
              + " what each class could change",
          term.name());
    } else if (term.split().isEmpty() && !placed) {
      add(
          "'%s' is one number for many positions and no sum over positions: what it adds, %s, is"
              + " not told apart by class or place; --what-if computes what each class could"
              + " change",
          term.name(), number(term.value()));
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }

  private void add(String format, Object... values) {
    found.add(String.format(Locale.ROOT, format, values));
  }
}
