package dev.keraunos.importer.internal.topology;

import dev.keraunos.tensor.Shape;
import java.util.Optional;

/**
 * An input of a model.
 *
 * @param name the input layer's name, or in Keras 1 that of the last layer that returned it
 *     unchanged
 * @param batchShape with the batch axis, unknown dimensions allowed; empty if the file does not say
 *     (a Sequential saved before it was built)
 * @param dtype as written, such as {@code float32} or {@code string}
 * @param optional true if Keras 3 accepts {@code None} here
 * @param ragged true if tf.keras takes rows of different lengths here
 */
public record InputSpec(
    String name, Optional<Shape> batchShape, String dtype, boolean optional, boolean ragged) {
  InputSpec named(String other) {
    return new InputSpec(other, batchShape, dtype, optional, ragged);
  }
}
