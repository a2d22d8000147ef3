package dev.keraunos.importer.weights;

/**
 * A variable that a layer owns.
 *
 * @param name as Keras names it, such as {@code kernel}
 * @param trainable whether it counts among the layer's trainable variables, which files list first
 */
public record Variable(String name, boolean trainable) {}
