package dev.keraunos.loss.registry;

import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Metric;

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
