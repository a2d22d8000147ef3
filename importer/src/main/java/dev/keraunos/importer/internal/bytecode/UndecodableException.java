package dev.keraunos.importer.internal.bytecode;

/** A function that is no straight expression, or bytes that are no function. */
public final class UndecodableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int progress;

  /**
   * An instruction that no straight expression has.
   *
   * @param problem a clause
   * @param progress how many instructions were read before it
   */
  UndecodableException(String problem, int progress) {
    super(problem, null, false, false);
    this.progress = progress;
  }

  /** Bytes that are no function of the version. */
  UndecodableException(String problem) {
    this(problem, -1);
  }

  /** How far the function was read; -1 if it is none of the version. */
  int progress() {
    return progress;
  }
}
