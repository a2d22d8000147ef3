package dev.keraunos.importer.archive;

/**
 * Bounds on what a file may claim; far above what Keras writes, low enough to stop a hostile file
 * early.
 */
final class Limits {
  /**
   * The largest single structure of a file that is read at once: an object header, a heap, a zip
   * directory.
   */
  static final long STRUCTURE_BYTES = 1L << 28;

  /** The largest config or metadata document. */
  static final long JSON_BYTES = 1L << 26;

  /** The deepest nesting of a JSON document; a nested model takes about five levels. */
  static final int JSON_DEPTH = 400;

  /** The deepest nesting of HDF5 groups. */
  static final int GROUP_DEPTH = 128;

  /** The best ratio deflate can reach. */
  static final long DEFLATE_RATIO = 1032;

  /**
   * Unpacked data beyond {@link #UNPACKED_FREE} bytes must not exceed the packed size times this.
   */
  static final long UNPACKED_RATIO = 100;

  /** Unpacked data up to this many bytes is always accepted. */
  static final long UNPACKED_FREE = 1L << 32;

  /** Members of a zip archive. */
  static final int ZIP_MEMBERS = 1 << 16;

  private Limits() {}
}
