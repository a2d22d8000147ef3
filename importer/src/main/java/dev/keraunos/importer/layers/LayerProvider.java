package dev.keraunos.importer.layers;

/**
 * Brings custom layers, activations and Lambda functions along on the class path: name an
 * implementation in {@code META-INF/services/dev.keraunos.importer.layers.LayerProvider} and the
 * command line finds it.
 */
public interface LayerProvider {
  /** Adds what this provider has. */
  void register(ModelRegistry.Builder registry);
}
