package dev.keraunos.error;

/** A tensor or an argument given by the caller does not fit what the model or operation takes. */
public class InputException extends KeraunosException {
  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
