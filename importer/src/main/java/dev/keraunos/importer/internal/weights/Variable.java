package dev.keraunos.importer.internal.weights;

/**
 * A variable that a layer owns.
 *
 * @param name as Keras names it, such as {@code kernel}
 * @param trainable whether it counts among the layer's trainable variables, which files list first
 * @param repeated whether it is a variable of the layer inside, which v3 stores hold again and
 *     {@code .h5} files do not
 */
public record Variable(String name, boolean trainable, boolean repeated) {
  public Variable(String name, boolean trainable) {
    this(name, trainable, false);
  }
}
