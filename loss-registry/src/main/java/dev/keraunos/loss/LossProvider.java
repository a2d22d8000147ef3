package dev.keraunos.loss;

/**
 * Brings losses and metrics along on the class path: name an implementation in {@code
 * META-INF/services/dev.keraunos.loss.LossProvider} and the command line finds it.
 */
public interface LossProvider {
  /** Adds what this provider has. */
  void register(LossRegistry.Builder registry);
}
