package dev.keraunos.error;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The root of everything Keraunos throws for a cause outside itself; subclasses name the caller's
 * decision. Messages quote what files hold, so words without end are cut in them, and control
 * characters are spelled out.
 */
public class KeraunosException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int LONG = 400;
  private static final int KEPT = 100;
  private static final int MOST = 20_000;
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\n\t]]");
  private static final Pattern LONG_WORD = Pattern.compile("\\S{" + LONG + ",}+");

  public KeraunosException(String message) {
    super(readable(message));
  }

  public KeraunosException(String message, Throwable cause) {
    super(readable(message), cause);
  }

  private static String readable(String message) {
    if (message == null) {
      return null;
    }
    String cut = LONG_WORD.matcher(message).replaceAll(word -> quoted(cut(word.group(), KEPT)));
    String whole = cut.length() > MOST ? cut(cut, MOST / 2) : cut;
    return CONTROL
        .matcher(whole)
        .replaceAll(c -> quoted(String.format("\\u%04x", (int) c.group().charAt(0))));
  }

  private static String quoted(String text) {
    return Matcher.quoteReplacement(text);
  }

  /** Beginning and end. */
  private static String cut(String text, int kept) {
    return text.substring(0, kept)
        + "...("
        + text.length()
        + " characters)..."
        + text.substring(text.length() - kept);
  }
}
