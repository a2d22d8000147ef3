package dev.keraunos.importer.internal.archive;

/** The kinds of file that hold a Keras model. */
public enum ArchiveFormat {
  /** One HDF5 file with config and weights: Keras 1.0.7 to 3.x. */
  LEGACY_H5("HDF5 model"),
  /** A zip archive, or the same members in a directory: Keras 2.12 to 3.x. */
  KERAS("Keras archive"),
  /** A folder or zip that TensorFlow writes: tf.keras of TensorFlow 2. */
  SAVED_MODEL("TensorFlow SavedModel"),
  /** The config alone as {@code model.to_json()} writes it, weights in a file of their own. */
  ARCHITECTURE("architecture JSON with a weights file");

  private final String title;

  ArchiveFormat(String title) {
    this.title = title;
  }

  /** A name for messages. */
  @Override
  public String toString() {
    return title;
  }
}
