package dev.keraunos.importer.internal.weights;

/**
 * A variable that a layer owns.
 *
 * @param name as Keras names it, such as {@code kernel}
 * @param trainable whether it counts among the layer's trainable variables, which files list first
 * @param place which files hold it
 */
public record Variable(String name, boolean trainable, Place place) {
  /** Which files hold a variable. */
  public enum Place {
    ALL_FILES,
    /** v3 stores, not {@code .h5} files. */
    V3,
    /** v3 stores hold it again, a variable of the layer inside. */
    V3_AGAIN
  }

  public Variable(String name, boolean trainable) {
    this(name, trainable, Place.ALL_FILES);
  }
}
