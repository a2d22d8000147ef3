package dev.keraunos.hdf5.internal.file;

/**
 * Bounds on what a file may claim; far above what is written in earnest, low enough to stop a
 * hostile file early.
 */
public final class Limits {
  /** The largest single structure of a file, in bytes, that is read at once. */
  public static final long STRUCTURE_BYTES = 1L << 28;

  /** The best ratio deflate can reach. */
  public static final long DEFLATE_RATIO = 1032;

  /** The deepest nesting of groups. */
  public static final int GROUP_DEPTH = 128;

  /**
   * Unpacked data beyond {@link #UNPACKED_FREE} bytes must not exceed the packed size times this.
   */
  public static final long UNPACKED_RATIO = 100;

  /** Unpacked data up to this many bytes is always accepted. */
  public static final long UNPACKED_FREE = 1L << 32;

  /** Unwritten data that is filled in, of all datasets together. */
  public static final long UNWRITTEN = 1L << 26;

  private Limits() {}
}
