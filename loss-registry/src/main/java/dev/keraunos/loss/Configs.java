package dev.keraunos.loss;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads settings of built-ins; absent and null are Keras' default. */
final class Configs {
  private Configs() {}

  static double number(JsonNode config, String key, double absent) {
    return config.path(key).isNumber() ? config.get(key).asDouble() : absent;
  }

  static boolean flag(JsonNode config, String key) {
    return config.path(key).asBoolean(false);
  }

  /** The {@code axis} of a loss; −1 if absent. Keras writes a list where it stands for one axis. */
  static int axis(JsonNode config) {
    JsonNode axis = config.path("axis");
    return axis.isArray() && axis.size() == 1 ? axis.get(0).asInt() : axis.asInt(-1);
  }
}
