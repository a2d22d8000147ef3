package dev.keraunos.keras;

import dev.keraunos.error.FileException;

/**
 * A model file that cannot be loaded: broken, hostile, of a kind Keraunos does not read, or at odds
 * with itself.
 *
 * <p>The message says which file, where inside it, what was found there, what is allowed and what
 * to do.
 */
public final class ModelFileException extends FileException {
  private static final long serialVersionUID = 1L;

  private final String file;

  private ModelFileException(
      String file,
      String objectPath,
      String found,
      String allowed,
      String remedy,
      Throwable cause) {
    super(file, objectPath, found, allowed, remedy, cause);
    this.file = file;
  }

  /**
   * A problem inside a file whose name the caller adds with {@link #in}.
   *
   * @param objectPath the place inside the file: an HDF5 path, a zip member, a layer's path in the
   *     model
   * @param found what is there
   * @param allowed what may be there
   * @param remedy what the user can do; empty if there is nothing to say
   */
  public ModelFileException(String objectPath, String found, String allowed, String remedy) {
    this("", objectPath, found, allowed, remedy, null);
  }

  /** As above, for a problem that another exception reported. */
  public ModelFileException(
      String objectPath, String found, String allowed, String remedy, Throwable cause) {
    this("", objectPath, found, allowed, remedy, cause);
  }

  /** The same problem in a named file; an exception that already names one stays as it is. */
  public ModelFileException in(String name) {
    if (!file.isEmpty()) {
      return this;
    }
    ModelFileException named =
        new ModelFileException(name, objectPath(), found(), allowed(), remedy(), getCause());
    named.setStackTrace(getStackTrace());
    return named;
  }

  /** The same problem with a place that contains the one it names. */
  public ModelFileException under(String container) {
    ModelFileException placed =
        new ModelFileException(
            file, placeUnder(container), found(), allowed(), remedy(), getCause());
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  /** The file's name, or empty where it is not known. */
  public String file() {
    return file;
  }
}
