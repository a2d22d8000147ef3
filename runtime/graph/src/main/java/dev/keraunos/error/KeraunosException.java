package dev.keraunos.error;

/**
 * The root of everything Keraunos throws for a cause outside itself; subclasses name the caller's
 * decision.
 */
public class KeraunosException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public KeraunosException(String message) {
    super(message);
  }

  public KeraunosException(String message, Throwable cause) {
    super(message, cause);
  }
}
