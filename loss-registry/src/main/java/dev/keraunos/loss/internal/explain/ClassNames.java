package dev.keraunos.loss.internal.explain;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.explain.Explanation.ClassShare;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Names for the classes of those outputs that have as many. */
final class ClassNames {
  private final List<String> names;
  private final Set<Long> others = new TreeSet<>();
  private boolean used;

  /**
   * Names.
   *
   * @param names class 0 first; empty for none
   */
  ClassNames(List<String> names) {
    this.names = names;
  }

  /** The classes of an output with their names, if those are of as many classes. */
  List<ClassShare> given(List<ClassShare> classes) {
    long count = classes.stream().filter(share -> share.index() >= 0).count();
    if (names.isEmpty() || count != names.size()) {
      others.add(count);
      return classes;
    }
    used = true;
    return classes.stream()
        .map(share -> share.index() < 0 ? share : share.named(names.get(share.index())))
        .toList();
  }

  /**
   * Requires that an output had as many classes.
   *
   * @throws InputException if none had
   */
  void requireUsed() {
    if (!names.isEmpty() && !used) {
      throw new InputException("there are names of " + names.size() + " classes, but " + found());
    }
  }

  private String found() {
    List<String> counts = others.stream().filter(count -> count > 0).map(String::valueOf).toList();
    return counts.isEmpty()
        ? "no output has classes; leave the names away"
        : "the outputs have "
            + String.join(" or ", counts)
            + "; give a name for each class, class 0 first";
  }
}
