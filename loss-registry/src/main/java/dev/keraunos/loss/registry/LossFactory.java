package dev.keraunos.loss.registry;

import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Loss;

/** Makes a loss of the settings that the model file holds. */
@FunctionalInterface
public interface LossFactory {
  /**
   * A loss with these settings.
   *
   * @param config the saved {@code config}; an empty object where only the name was saved
   */
  Loss create(Config config);
}
