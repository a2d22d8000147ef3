package dev.keraunos.tensor.internal;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;

/** A function needs the length of an axis that is known only once data comes. */
public final class UnknownLengthException extends InputException {
  private static final long serialVersionUID = 1L;

  /** A function that needs the length of an axis. */
  public UnknownLengthException(int axis, Shape shape) {
    super(
        "axis "
            + axis
            + " of the input "
            + shape
            + " is unknown, but its length is needed; give the model"
            + " an Input of that size and save it again");
  }
}
