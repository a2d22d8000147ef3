package dev.keraunos.keras;

import dev.keraunos.error.InputException;
import java.util.Arrays;
import java.util.Locale;

/**
 * The library Keras computed with; losses differ between them in the last digits and at saturation.
 */
enum Backend {
  TENSORFLOW,
  THEANO,
  CNTK,
  JAX,
  TORCH,
  NUMPY,
  OPENVINO;

  /**
   * The backend of a name as Keras writes it; null and empty are TensorFlow.
   *
   * @throws InputException if Keras has no such backend
   */
  static Backend of(String name) {
    if (name == null || name.isEmpty()) {
      return TENSORFLOW;
    }
    for (Backend backend : values()) {
      if (backend.toString().equals(name.toLowerCase(Locale.ROOT))) {
        return backend;
      }
    }
    throw new InputException("backend '" + name + "' is none of " + Arrays.toString(values()));
  }

  /** The name as Keras writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
