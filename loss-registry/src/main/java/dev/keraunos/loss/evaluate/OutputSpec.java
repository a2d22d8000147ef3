package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;

/**
 * An output of the model.
 *
 * @param name as Keras names it in metrics: the output layer's name
 * @param shape with the batch dimension; dimensions may be unknown
 */
public record OutputSpec(String name, Shape shape) {}
