package dev.keraunos.keras;

import dev.keraunos.error.InputException;

/**
 * The version of Keras that wrote a file. It is compared in {@link Releases} alone.
 *
 * @param text as written, such as {@code 2.2.4-tf} or {@code 2.13.1-rc0}
 * @param line which of the code bases it names
 * @param release its numbers; in graph mode those of TensorFlow
 */
record KerasVersion(String text, Line line, Release release) {
  /** By major version. */
  private static final int[] NEWEST_MINOR = {0, 2, 21, 15};

  private static final Release FIRST_TF_KERAS = new Release(2, 4, 0);
  private static final Release TENSORFLOW_1_9 = new Release(1, 9, 0);
  private static final Release TENSORFLOW_1_13 = new Release(1, 13, 0);
  private static final Release TENSORFLOW_1_14 = new Release(1, 14, 0);

  /**
   * Reads a version text leniently: what follows the numbers is kept in the text only, but {@code
   * -tf}, {@code -tf1.13} and {@code -v1}, which name a line.
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
    if (text.endsWith("-tf1.13")) {
      return new KerasVersion(text, Line.GRAPH, TENSORFLOW_1_13);
    }
    boolean tensorFlow = release.compareTo(FIRST_TF_KERAS) >= 0 || text.contains("-tf");
    if (!tensorFlow) {
      return new KerasVersion(text, text.endsWith("-v1") ? Line.GRAPH : Line.KERAS_2, release);
    }
    if (release.minor() < 3) {
      boolean early = release.minor() < 2;
      return new KerasVersion(text, Line.GRAPH, early ? TENSORFLOW_1_9 : TENSORFLOW_1_14);
    }
    return new KerasVersion(text, text.endsWith("-v1") ? Line.GRAPH : Line.TF_KERAS, release);
  }

  /** True for {@code 2.2.4-tf}, which TensorFlow 1.13 to 2.1 call their Keras. */
  boolean isOfSeveralTensorFlows() {
    return line == Line.GRAPH && release.equals(TENSORFLOW_1_14);
  }

  /** The same text of TensorFlow 1.13. */
  KerasVersion ofTensorFlow113() {
    return new KerasVersion(text, Line.GRAPH, TENSORFLOW_1_13);
  }

  /** The same text of TensorFlow 2.0 or 2.1, with eager execution. */
  KerasVersion ofTensorFlow2() {
    return new KerasVersion(text, Line.TF_KERAS, Release.parse(text));
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
