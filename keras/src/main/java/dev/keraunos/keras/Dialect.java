package dev.keraunos.keras;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import java.util.Objects;

/** Whose numbers to reproduce: a version of Keras and the library that it computed with. */
public final class Dialect {
  private final KerasVersion version;
  private final Backend backend;

  Dialect(KerasVersion version, Backend backend) {
    this.version = version;
    this.backend = backend;
  }

  /**
   * The dialect of a file's {@code keras_version} and {@code backend}; the backend may be null.
   *
   * @throws InputException if either is not one of Keras'
   */
  public static Dialect of(String kerasVersion, String backend) {
    return new Dialect(KerasVersion.parse(kerasVersion), Backend.of(backend));
  }

  /**
   * Reads what a user asks for: {@code VERSION} or {@code VERSION:BACKEND}, such as {@code 2.2.4}
   * or {@code 3.15.1:jax}. {@code VERSION-v1} is the graph mode of Keras inside TensorFlow 2,
   * {@code 2.2.4-tf1.13} that of TensorFlow 1.13.
   *
   * @throws InputException if it is neither, or a version whose rules are not known
   */
  public static Dialect parse(String text) {
    int colon = text.indexOf(':');
    Dialect dialect =
        colon < 0 ? of(text, null) : of(text.substring(0, colon), text.substring(colon + 1));
    dialect.version.requireKnown();
    return dialect;
  }

  /**
   * The dialect of a model file, from what it says and what its config looks like.
   *
   * @param kerasVersion as the file says; may be empty
   * @param backend as the file says; may be null, or the name of a fork's own
   * @param config the saved model
   * @param training the saved training config as text, or empty
   * @throws ModelFileException if no Keras that is known wrote it
   */
  public static Dialect ofFile(
      String kerasVersion, String backend, JsonNode config, String training) {
    return Origin.of(kerasVersion, backend, config, training);
  }

  /** True if this Keras does what a quirk says. */
  public boolean has(Quirk quirk) {
    return quirk.isIn(version, backend);
  }

  /** {@code Keras VERSION}, for messages. */
  public String keras() {
    return "Keras " + version;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Dialect dialect
        && version.equals(dialect.version)
        && backend == dialect.backend;
  }

  @Override
  public int hashCode() {
    return Objects.hash(version, backend);
  }

  /** {@code VERSION:BACKEND}. */
  @Override
  public String toString() {
    return version + ":" + backend;
  }
}
