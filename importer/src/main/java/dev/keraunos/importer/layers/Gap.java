package dev.keraunos.importer.layers;

/**
 * Something in a model that cannot be lowered.
 *
 * @param path the layer's path in the model
 * @param className its class
 * @param problem what was found, what is allowed and what to do
 */
public record Gap(String path, String className, String problem) {
  @Override
  public String toString() {
    return path + " (" + className + "): " + problem;
  }
}
