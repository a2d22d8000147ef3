package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;

/**
 * An output of the model.
 *
 * @param name unique among the outputs
 * @param reported as Keras names it in results: the layer's name, which all but tf.keras repeat for
 *     a layer with several outputs
 * @param shape with the batch dimension; dimensions may be unknown
 */
public record OutputSpec(String name, String reported, Shape shape) {
  /** An output that is reported under its own name. */
  public OutputSpec(String name, Shape shape) {
    this(name, name, shape);
  }
}
