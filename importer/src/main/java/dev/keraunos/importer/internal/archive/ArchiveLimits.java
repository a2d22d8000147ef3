package dev.keraunos.importer.internal.archive;

/**
 * Bounds on what an archive may claim, beside those of HDF5; far above what Keras writes, low
 * enough to stop a hostile file early.
 */
final class ArchiveLimits {
  /** The largest config or metadata document. */
  static final long JSON_BYTES = 1L << 26;

  /** The deepest nesting of a JSON document; a nested model takes about five levels. */
  static final int JSON_DEPTH = 400;

  /** Members of a zip archive. */
  static final int ZIP_MEMBERS = 1 << 16;

  private ArchiveLimits() {}
}
