package dev.keraunos.loss.registry;

/**
 * Brings losses and metrics along on the class path: name an implementation in {@code
 * META-INF/services/dev.keraunos.loss.registry.LossProvider} and the command line finds it.
 */
public interface LossProvider {
  /** Adds what this provider has. */
  void register(LossRegistry.Builder registry);
}
