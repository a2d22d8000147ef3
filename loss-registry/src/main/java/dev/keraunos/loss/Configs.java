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

  /** A list without the envelopes that Keras puts around tuples, arrays and tensors. */
  static JsonNode list(JsonNode saved) {
    JsonNode value = saved.path("config").path("value");
    return saved.has("items") ? saved.get("items") : value.isMissingNode() ? saved : value;
  }

  /** A list of axes, empty for None, which means all. */
  static int[] axes(JsonNode config) {
    JsonNode list = list(config.path("axis"));
    if (list.isNumber()) {
      return new int[] {list.asInt()};
    }
    int[] axes = new int[list.size()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = list.get(i).asInt();
    }
    return axes;
  }

  /** A number or a list of them. */
  static float[] numbers(JsonNode config, String key, float absent) {
    JsonNode list = list(config.path(key));
    if (!list.isArray()) {
      return new float[] {(float) number(config, key, absent)};
    }
    float[] numbers = new float[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) list.get(i).asDouble();
    }
    return numbers;
  }
}
