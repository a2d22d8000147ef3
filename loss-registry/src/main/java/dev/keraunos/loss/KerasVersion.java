package dev.keraunos.loss;

import dev.keraunos.error.InputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of Keras that wrote a file.
 *
 * @param text as written, such as {@code 2.2.4-tf} or {@code 2.13.1-rc0}
 * @param line which of the four code bases it names
 */
public record KerasVersion(String text, int major, int minor, int patch, Line line) {
  /** By major version. */
  private static final int[] NEWEST_MINOR = {0, 2, 21, 15};

  private static final Pattern NUMBERS =
      Pattern.compile("(\\d{1,4})(?:\\.(\\d{1,4}))?(?:\\.(\\d{1,4}))?.*");

  /** The code bases that write Keras models. */
  public enum Line {
    /** Keras 0.x and 1.x. */
    KERAS_1,
    /** Multi-backend Keras 2.0 to 2.3. */
    KERAS_2,
    /** Keras inside TensorFlow 2 and its successor, the tf_keras package. */
    TF_KERAS,
    /** Keras 3. */
    KERAS_3
  }

  /**
   * Reads a version text leniently: missing parts are 0, what follows the numbers is kept in the
   * text only.
   *
   * @throws InputException if the text does not begin with a number
   */
  public static KerasVersion parse(String text) {
    Matcher matcher = NUMBERS.matcher(text.strip());
    if (!matcher.matches()) {
      throw new InputException("'" + text + "' is no Keras version such as 2.15.0");
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = part(matcher, 2);
    return new KerasVersion(text, major, minor, part(matcher, 3), line(text, major, minor));
  }

  private static int part(Matcher matcher, int group) {
    return matcher.group(group) == null ? 0 : Integer.parseInt(matcher.group(group));
  }

  private static Line line(String text, int major, int minor) {
    if (major < 2) {
      return Line.KERAS_1;
    }
    if (major > 2) {
      return Line.KERAS_3;
    }
    return minor >= 4 || text.contains("-tf") ? Line.TF_KERAS : Line.KERAS_2;
  }

  /**
   * Refuses versions that there never were, and those that are newer than what Keraunos follows.
   *
   * @throws InputException if this is one of them
   */
  void requireKnown() {
    boolean known = major >= 1 && major < NEWEST_MINOR.length && minor <= NEWEST_MINOR[major];
    if (!known) {
      throw new InputException(
          "the rules of Keras "
              + text
              + " are not known; allowed: 1.0 to 1.2, 2.0 to 2.21 (tf_keras), 3.0 to 3.15");
    }
  }

  /** True if this is the given version or a later one. */
  public boolean isAtLeast(int otherMajor, int otherMinor) {
    return major != otherMajor ? major > otherMajor : minor >= otherMinor;
  }

  /** True if this is the given version or a later one. */
  public boolean isAtLeast(int otherMajor, int otherMinor, int otherPatch) {
    boolean sameMinor = major == otherMajor && minor == otherMinor;
    return sameMinor ? patch >= otherPatch : isAtLeast(otherMajor, otherMinor);
  }

  @Override
  public String toString() {
    return text;
  }
}
