package dev.keraunos.importer.internal.operations;

/** Carries one gap to where all are collected. */
public final class GapException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What takes a gap inside along: that one is told already. */
  public static GapException told() {
    return new GapException("");
  }

  /** Whether there is nothing to tell any more. */
  public boolean isTold() {
    return getMessage().isEmpty();
  }

  /**
   * A gap.
   *
   * @param problem what was found, what is allowed and what to do
   */
  public GapException(String problem) {
    super(problem, null, false, false);
  }
}
