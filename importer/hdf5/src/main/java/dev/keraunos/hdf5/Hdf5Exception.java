package dev.keraunos.hdf5;

import dev.keraunos.error.FileException;

/** An HDF5 file that cannot be read: broken, hostile, or of a kind this reader leaves out. */
public final class Hdf5Exception extends FileException {
  private static final long serialVersionUID = 1L;
  private static final String DAMAGED = "The file is damaged or hostile: fetch it again.";

  /** What a caller may want to tell apart, to say more about it. */
  public enum Kind {
    /** It cannot be read, ends early, or is not what the format says. */
    BROKEN,
    /** A sound structure that this reader leaves out; whoever wrote the file can do without it. */
    UNSUPPORTED,
    /** A soft or external link. */
    LINK,
    /** An object with two paths. */
    SHARED,
    /** Storage that only libhdf5 reads, which was not allowed to. */
    NEEDS_LIBRARY,
    /** Storage that only libhdf5 reads, which does not load on this machine. */
    NO_LIBRARY
  }

  private final Kind kind;

  /**
   * A problem in a file.
   *
   * @param objectPath the place inside the file: the path of an object, or a position such as
   *     {@code byte 512}; empty where the caller adds it with {@link #under}
   * @param found what is there
   * @param allowed what may be there
   * @param remedy what the user can do; empty if there is nothing to say
   * @param cause what reported it, or null
   */
  public Hdf5Exception(
      Kind kind, String objectPath, String found, String allowed, String remedy, Throwable cause) {
    super("", objectPath, found, allowed, remedy, cause);
    this.kind = kind;
  }

  /** As above, for a problem that no other exception reported. */
  public Hdf5Exception(Kind kind, String objectPath, String found, String allowed, String remedy) {
    this(kind, objectPath, found, allowed, remedy, null);
  }

  /** Something that the format does not allow, in an object that the caller adds. */
  public static Hdf5Exception invalid(String found) {
    return damaged("", found, "valid HDF5 structures", null);
  }

  /** A sign that the file is not as it was written. */
  public static Hdf5Exception damaged(
      String objectPath, String found, String allowed, Throwable cause) {
    return new Hdf5Exception(Kind.BROKEN, objectPath, found, allowed, DAMAGED, cause);
  }

  /** The same problem with a place that contains the one it names. */
  public Hdf5Exception under(String container) {
    Hdf5Exception placed =
        new Hdf5Exception(kind, placeUnder(container), found(), allowed(), remedy(), getCause());
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  /** What a caller may want to tell apart. */
  public Kind kind() {
    return kind;
  }
}
