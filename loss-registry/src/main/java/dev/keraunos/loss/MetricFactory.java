package dev.keraunos.loss;

import dev.keraunos.keras.config.Config;

/** Makes a metric of the settings that the model file holds. */
@FunctionalInterface
public interface MetricFactory {
  /**
   * A metric with these settings.
   *
   * @param config the saved {@code config}; an empty object where only the name was saved
   */
  Metric create(Config config);
}
