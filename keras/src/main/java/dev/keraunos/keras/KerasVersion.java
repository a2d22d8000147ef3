package dev.keraunos.keras;

import dev.keraunos.error.InputException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of Keras that wrote a file. It is compared in {@link Releases} alone.
 *
 * @param text as written, such as {@code 2.2.4-tf} or {@code 2.13.1-rc0}
 * @param line which of the code bases it names
 * @param release its numbers; of tf.keras those of TensorFlow
 */
record KerasVersion(String text, Line line, Release release) {
  /** By major version. */
  private static final int[] NEWEST_MINOR = {0, 2, 21, 15};

  private static final Release FIRST_TF_KERAS = new Release(2, 4, 0);
  private static final Release TENSORFLOW_2_2 = new Release(2, 2, 0);
  private static final Pattern TENSORFLOW = Pattern.compile("-tf(\\d+\\.\\d+)$");

  /**
   * Reads a version text leniently: what follows the numbers is kept in the text only, but {@code
   * -tf}, {@code -tf1.13} and {@code -v1}, which name a line. A text that several TensorFlows have
   * is that of the most likely one.
   *
   * @throws InputException if the text does not begin with a number
   */
  static KerasVersion parse(String text) {
    Release release = Release.parse(text);
    if (release == null) {
      throw new InputException("'" + text + "' is no Keras version such as 2.15.0");
    }
    if (release.major() != 2) {
      return new KerasVersion(text, release.major() < 2 ? Line.KERAS_1 : Line.KERAS_3, release);
    }
    Matcher tensorFlowIs = TENSORFLOW.matcher(text);
    if (tensorFlowIs.find()) {
      return new KerasVersion(text, Line.GRAPH, release).of(tensorFlowIs.group(1));
    }
    boolean tensorFlow = release.compareTo(FIRST_TF_KERAS) >= 0 || text.contains("-tf");
    if (!tensorFlow) {
      return new KerasVersion(text, text.endsWith("-v1") ? Line.GRAPH : Line.KERAS_2, release);
    }
    boolean eager = release.minor() > 2 && !text.endsWith("-v1");
    List<String> several = tensorFlows(release);
    Release first = several.isEmpty() ? release : Release.parse(several.get(0));
    return new KerasVersion(text, eager ? Line.TF_KERAS : Line.GRAPH, first);
  }

  /**
   * The TensorFlows whose rules differ and that call their Keras so, the most likely first; empty
   * where the numbers are those of TensorFlow.
   */
  private static List<String> tensorFlows(Release written) {
    if (written.minor() < 2) {
      return List.of("1.9");
    }
    return switch (written.minor()) {
      case 2 -> List.of("1.14", "1.13", "2.0", "2.1");
      case 3 -> List.of("2.2", "2.1");
      case 4 -> List.of("2.4", "2.3");
      default -> List.of();
    };
  }

  /** The TensorFlows that call their Keras so; empty if it is clear which one did. */
  List<String> tensorFlows() {
    boolean several = line == Line.GRAPH || line == Line.TF_KERAS;
    return several && !TENSORFLOW.matcher(text).find()
        ? tensorFlows(Release.parse(text))
        : List.of();
  }

  /** The text with a TensorFlow such as {@code 1.13}, which {@link #parse} reads. */
  String textOf(String tensorFlow) {
    return text + (text.endsWith("-tf") ? "" : "-tf") + tensorFlow;
  }

  /** The same text of a TensorFlow such as {@code 1.13}; 2.0 and 2.1 evaluate as graphs do. */
  KerasVersion of(String tensorFlow) {
    Release other = Release.parse(tensorFlow);
    boolean eager = other.compareTo(TENSORFLOW_2_2) >= 0;
    return new KerasVersion(text, eager ? Line.TF_KERAS : Line.GRAPH, other);
  }

  /**
   * Refuses versions that there never were, and those that are newer than what Keraunos follows.
   *
   * @throws InputException if this is one of them
   */
  void requireKnown() {
    Release written = Release.parse(text);
    int major = written.major();
    boolean known =
        major >= 1 && major < NEWEST_MINOR.length && written.minor() <= NEWEST_MINOR[major];
    if (!known) {
      throw new InputException(
          "the rules of Keras "
              + text
              + " are not known; allowed: 1.0 to 1.2, 2.0 to 2.21 (tf_keras), 3.0 to 3.15");
    }
  }

  /** True for a version after all that are known. */
  boolean isOfTheFuture() {
    return release.major() >= NEWEST_MINOR.length;
  }

  @Override
  public String toString() {
    return text;
  }
}
