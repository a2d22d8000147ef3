package dev.keraunos.error;

/**
 * A file that cannot be read: broken, hostile, or of a kind that is left out. The message says
 * where inside the file, what was found there, what is allowed and what to do.
 */
public abstract class FileException extends KeraunosException {
  private static final long serialVersionUID = 1L;

  private final String objectPath;
  private final String found;
  private final String allowed;
  private final String remedy;

  /**
   * A problem in a file.
   *
   * @param file its name, or empty where the caller adds it
   * @param objectPath the place inside the file, or empty where the caller adds it
   * @param found what is there
   * @param allowed what may be there
   * @param remedy what the user can do; empty if there is nothing to say
   * @param cause what reported it, or null
   */
  protected FileException(
      String file,
      String objectPath,
      String found,
      String allowed,
      String remedy,
      Throwable cause) {
    super(
        (file.isEmpty() ? "" : file + ": ")
            + (objectPath.isEmpty() ? "" : objectPath + ": ")
            + "found "
            + found
            + "; allowed: "
            + allowed
            + "."
            + (remedy.isEmpty() ? "" : " " + remedy),
        cause);
    this.objectPath = objectPath;
    this.found = found;
    this.allowed = allowed;
    this.remedy = remedy;
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

  /** The place with one that contains it. */
  protected String placeUnder(String container) {
    return objectPath.isEmpty() ? container : container + ", " + objectPath;
  }
}
