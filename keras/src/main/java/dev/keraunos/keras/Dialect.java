package dev.keraunos.keras;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import java.util.List;
import java.util.Objects;

/** Whose numbers to reproduce: a version of Keras and the library that it computed with. */
public final class Dialect {
  private final KerasVersion version;
  private final Backend backend;
  private final boolean eager;
  private final List<String> others;

  /**
   * A dialect.
   *
   * @param eager true if it was told to run eagerly
   * @param others versions that may be meant as well, as {@link #parse} reads them
   */
  Dialect(KerasVersion version, Backend backend, boolean eager, List<String> others) {
    this.version = version;
    this.backend = backend;
    this.eager = eager;
    this.others = List.copyOf(others);
  }

  /**
   * The dialect of a file's {@code keras_version} and {@code backend}; the backend may be null.
   *
   * @throws InputException if either is not one of Keras'
   */
  public static Dialect of(String kerasVersion, String backend) {
    return new Dialect(KerasVersion.parse(kerasVersion), Backend.of(backend), false, List.of());
  }

  /**
   * Reads what a user asks for: {@code VERSION} or {@code VERSION:BACKEND}, such as {@code 2.2.4}
   * or {@code 3.15.1:jax}. {@code VERSION-v1} is the graph mode of Keras inside TensorFlow 2. Where
   * several TensorFlows call their Keras the same, {@code -tfX.Y} behind it says which is meant,
   * such as {@code 2.2.4-tf1.13} and {@code 2.4.0-tf2.3}.
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

  /** True if the file's model was compiled with {@code run_eagerly}, and Keras reads that back. */
  public boolean runsEagerly() {
    return eager;
  }

  /** {@code Keras VERSION}, for messages. */
  public String keras() {
    return "Keras " + version;
  }

  /**
   * Versions that a file does not tell from its own, since several TensorFlows call their Keras the
   * same: what {@link #parse} may be asked for in its place.
   */
  public List<String> others() {
    return others;
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
