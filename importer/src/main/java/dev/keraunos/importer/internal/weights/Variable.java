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
    /** {@code .h5} files and TensorFlow's, not v3 stores. */
    BY_LAYER,
    /** v3 stores, not {@code .h5} files. */
    V3,
    /** v3 stores, out of which Keras does not read it. */
    V3_UNREAD;

    boolean isIn(boolean v3) {
      return this == ALL_FILES || v3 == (this != BY_LAYER);
    }
  }

  public Variable(String name, boolean trainable) {
    this(name, trainable, Place.ALL_FILES);
  }
}
