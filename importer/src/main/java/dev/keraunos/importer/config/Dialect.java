package dev.keraunos.importer.config;

/**
 * Whose Keras a file speaks.
 *
 * @param version the Keras that wrote the model
 * @param backend the backend it ran on, such as {@code tensorflow}, {@code theano} or {@code jax};
 *     empty if the file does not say
 */
public record Dialect(KerasVersion version, String backend) {
  /** The code base of the version. */
  public KerasVersion.Line line() {
    return version.line();
  }
}
