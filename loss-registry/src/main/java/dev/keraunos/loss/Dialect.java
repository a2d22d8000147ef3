package dev.keraunos.loss;

import dev.keraunos.error.InputException;

/**
 * Whose numbers an evaluation reproduces.
 *
 * @param version the Keras that wrote the model, or the one to follow instead
 * @param profile the rules of that version
 * @param backend what it computed with
 */
public record Dialect(KerasVersion version, Profile profile, Backend backend) {
  /**
   * The dialect of a file's {@code keras_version} and {@code backend}; the backend may be null.
   *
   * @throws InputException if either is not one of Keras'
   */
  public static Dialect of(String kerasVersion, String backend) {
    KerasVersion version = KerasVersion.parse(kerasVersion);
    return new Dialect(version, Profile.of(version), Backend.of(backend));
  }

  /**
   * Reads what a user asks for: {@code VERSION} or {@code VERSION:BACKEND}, such as {@code 2.2.4}
   * or {@code 3.15.1:jax}. {@code VERSION-v1} is the graph mode of Keras inside TensorFlow 2
   * ({@link Profile#TV1}), {@code 2.2.4-tf1.13} that of TensorFlow 1.13 ({@link Profile#T113}).
   *
   * @throws InputException if it is neither, or a version whose rules are not known
   */
  public static Dialect parse(String text) {
    int colon = text.indexOf(':');
    String version = colon < 0 ? text : text.substring(0, colon);
    Dialect dialect = of(version, colon < 0 ? null : text.substring(colon + 1));
    dialect.version.requireKnown();
    if (version.endsWith("-tf1.13")) {
      return new Dialect(dialect.version, Profile.T113, dialect.backend);
    }
    return version.endsWith("-v1")
        ? new Dialect(dialect.version, Profile.TV1, dialect.backend)
        : dialect;
  }

  /** The code base of the version. */
  public KerasVersion.Line line() {
    return version.line();
  }

  /** True if the profile is the given one or a later one. */
  public boolean isAtLeast(Profile other) {
    return profile.isAtLeast(other);
  }

  /** True if the version is the given one or a later one. */
  public boolean isAtLeast(int major, int minor, int patch) {
    return version.isAtLeast(major, minor, patch);
  }

  /** True for Keras inside TensorFlow 1.13 to 1.15. */
  public boolean isTensorFlow1() {
    return isGraph() && !isAtLeast(2, 3, 0);
  }

  /** True for Keras inside TensorFlow without eager execution. */
  public boolean isGraph() {
    return profile == Profile.TV1 || profile == Profile.T113;
  }

  /** True if the largest of 0.0 and -0.0 is 0.0, wherever it stands: {@code ops.argmax}. */
  public boolean ordersZeros() {
    return isAtLeast(3, 9, 0) && backend != Backend.TORCH;
  }

  /** {@code VERSION:BACKEND}. */
  @Override
  public String toString() {
    return version + ":" + backend;
  }
}
