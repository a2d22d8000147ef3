package dev.keraunos.loss.registry;

import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Regularizer;

/** Makes a regulariser of the settings that the model file holds. */
@FunctionalInterface
public interface RegularizerFactory {
  /** A regulariser with these settings; an empty object where only the name was saved. */
  Regularizer create(Config config);
}
