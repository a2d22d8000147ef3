package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.internal.names.NearestNames;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/** Names that an option gave, of which every one should be of use. */
final class GivenNames {
  private final String option;
  private final String what;
  private final Set<String> unused = new LinkedHashSet<>();

  /**
   * Starts without names.
   *
   * @param what a name stands for, such as {@code Lambda layer}
   */
  GivenNames(String option, String what) {
    this.option = option;
    this.what = what;
  }

  /** Adds a name, not used so far; gives what to run when it is. */
  Runnable add(String name) {
    unused.add(name);
    return () -> unused.remove(name);
  }

  /**
   * Checks that every name was used, or is one of the model at least.
   *
   * @param present the names that the model has; asked for only if one was not used
   * @throws InputException naming the nearest ones
   */
  void requireUsed(Supplier<? extends Collection<String>> present) {
    if (unused.isEmpty()) {
      return;
    }
    Collection<String> names = present.get();
    for (String name : unused) {
      if (!names.contains(name)) {
        List<String> nearest =
            NearestNames.of(name, names, other -> other.toLowerCase(Locale.ROOT));
        String has =
            names.isEmpty() ? "the model has none" : "nearest names: " + String.join(", ", nearest);
        throw new InputException(
            option + " " + name + ": there is no " + what + " '" + name + "'; " + has);
      }
    }
  }
}
