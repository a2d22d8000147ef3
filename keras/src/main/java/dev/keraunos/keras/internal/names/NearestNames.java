package dev.keraunos.keras.internal.names;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/** The names that a mistyped one may stand for. */
public final class NearestNames {
  private static final int SHOWN = 3;

  private NearestNames() {}

  /**
   * The known names with the fewest edits, at most three, the nearest first.
   *
   * @param key what is compared of a name
   */
  public static List<String> of(String name, Collection<String> known, UnaryOperator<String> key) {
    String wanted = key.apply(name);
    return known.stream()
        .sorted(Comparator.comparingInt(other -> distance(wanted, key.apply(other))))
        .limit(SHOWN)
        .toList();
  }

  /** The edit distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
