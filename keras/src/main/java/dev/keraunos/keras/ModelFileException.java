package dev.keraunos.keras;

import dev.keraunos.error.KeraunosException;

/**
 * A model file that cannot be loaded: broken, hostile, of a kind Keraunos does not read, or at odds
 * with itself.
 *
 * <p>The message says which file, where inside it, what was found there, what is allowed and what
 * to do.
 */
public final class ModelFileException extends KeraunosException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String objectPath;
  private final String found;
  private final String allowed;
  private final String remedy;

  private ModelFileException(
      String file,
      String objectPath,
      String found,
      String allowed,
      String remedy,
      Throwable cause) {
    super(message(file, objectPath, found, allowed, remedy), cause);
    this.file = file;
    this.objectPath = objectPath;
    this.found = found;
    this.allowed = allowed;
    this.remedy = remedy;
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
        new ModelFileException(name, objectPath, found, allowed, remedy, getCause());
    named.setStackTrace(getStackTrace());
    return named;
  }

  /** The same problem with a place that contains the one it names. */
  public ModelFileException under(String container) {
    String place = objectPath.isEmpty() ? container : container + ", " + objectPath;
    ModelFileException placed =
        new ModelFileException(file, place, found, allowed, remedy, getCause());
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  /** The file's name, or empty where it is not known. */
  public String file() {
    return file;
  }

  /** The place inside the file. */
  public String objectPath() {
    return objectPath;
  }

  /** What was found there. */
  public String found() {
    return found;
  }

  /** What may be there. */
  public String allowed() {
    return allowed;
  }

  /** What to do about it, or empty. */
  public String remedy() {
    return remedy;
  }

  private static String message(
      String file, String objectPath, String found, String allowed, String remedy) {
    StringBuilder text = new StringBuilder();
    if (!file.isEmpty()) {
      text.append(file).append(": ");
    }
    if (!objectPath.isEmpty()) {
      text.append(objectPath).append(": ");
    }
    text.append("found ").append(found).append("; allowed: ").append(allowed).append('.');
    if (!remedy.isEmpty()) {
      text.append(' ').append(remedy);
    }
    return text.toString();
  }
}
