package dev.keraunos.text;

import java.util.ArrayList;
import java.util.List;

/** What Python's {@code str} does, where Java's does something else. */
final class PythonText {
  private static final int SIGMA = 'Σ';
  private static final int DOTTED_I = 'İ';

  /** Those of Word_Break MidLetter, MidNumLet and Single_Quote. */
  private static final String WITHIN_WORDS = "'.:·\u0387՟״‘’․‧︓﹒﹕＇．：";

  private PythonText() {}

  /** {@code str.lower}, by the Unicode of this Java. */
  static String lower(String text) {
    int[] points = text.codePoints().toArray();
    StringBuilder lower = new StringBuilder(text.length());
    for (int i = 0; i < points.length; i++) {
      if (points[i] == SIGMA) {
        lower.append(endsWord(points, i) ? 'ς' : 'σ');
      } else if (points[i] == DOTTED_I) {
        lower.append("i\u0307");
      } else {
        lower.appendCodePoint(Character.toLowerCase(points[i]));
      }
    }
    return lower.toString();
  }

  /** Whether a letter stands before, but for what counts for nothing, and none behind. */
  private static boolean endsWord(int[] points, int at) {
    int before = at - 1;
    while (before >= 0 && isIgnored(points[before])) {
      before--;
    }
    int behind = at + 1;
    while (behind < points.length && isIgnored(points[behind])) {
      behind++;
    }
    return before >= 0
        && isCased(points[before])
        && (behind == points.length || !isCased(points[behind]));
  }

  private static boolean isCased(int point) {
    return Character.isUpperCase(point)
        || Character.isLowerCase(point)
        || Character.isTitleCase(point);
  }

  private static boolean isIgnored(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> WITHIN_WORDS.indexOf(point) >= 0;
    };
  }

  /** {@code str.split()}. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || isSpace(text.charAt(i))) {
        if (i > start) {
          words.add(text.substring(start, i));
        }
        start = i + 1;
      }
    }
    return words;
  }

  private static boolean isSpace(char c) {
    return (c >= '\t' && c <= '\r')
        || (c >= '\u001c' && c <= '\u001f')
        || c == '\u0085'
        || Character.isSpaceChar(c);
  }

  /** {@code str.split(separator)} without what is empty. */
  static List<String> parts(String text, String separator) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    while (start <= text.length()) {
      int found = text.indexOf(separator, start);
      int end = found < 0 ? text.length() : found;
      if (end > start) {
        parts.add(text.substring(start, end));
      }
      start = end + separator.length();
    }
    return parts;
  }

  /** A text for each code point. */
  static List<String> characters(String text) {
    return text.codePoints().mapToObj(Character::toString).toList();
  }
}
