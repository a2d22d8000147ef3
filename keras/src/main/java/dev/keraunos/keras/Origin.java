package dev.keraunos.keras;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import java.util.Map;
import java.util.Set;

/** Whose Keras wrote a file: what it says, or what its config looks like. */
final class Origin {
  /** Config keys that Keras 2 renamed. */
  private static final Set<String> KERAS_1_KEYS =
      Set.of(
          "border_mode",
          "dim_ordering",
          "nb_filter",
          "init",
          "inner_init",
          "W_regularizer",
          "pool_length",
          "consume_less",
          "input_dtype");

  private Origin() {}

  static Dialect of(String kerasVersion, String backend, JsonNode config, String training) {
    String version = kerasVersion.isEmpty() ? infer(config) : kerasVersion;
    KerasVersion parsed;
    try {
      parsed = KerasVersion.parse(version);
    } catch (InputException e) {
      throw unknown(version, e);
    }
    if (parsed.isOfTheFuture()) {
      throw unknown(version, null);
    }
    return new Dialect(
        parsed.isOfSeveralTensorFlows() ? tensorFlow(parsed, config, training) : parsed,
        knownBackend(backend));
  }

  /**
   * TensorFlow 1.13 to 2.1 all call their Keras 2.2.4-tf. Up to 1.15 initializers save a dtype, in
   * TensorFlow 2 they do not; up to 1.13 optimizers save the learning rate as {@code lr}.
   */
  private static KerasVersion tensorFlow(KerasVersion given, JsonNode config, String training) {
    if (hasInitializerOfTensorFlow2(config)) {
      return given.ofTensorFlow2();
    }
    return training.contains("\"lr\":") ? given.ofTensorFlow113() : given;
  }

  private static boolean hasInitializerOfTensorFlow2(JsonNode json) {
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      JsonNode value = entry.getValue();
      boolean initializer = entry.getKey().endsWith("_initializer") && value.has("class_name");
      if (initializer && !value.path("config").has("dtype")) {
        return true;
      }
    }
    for (JsonNode child : json) {
      if (hasInitializerOfTensorFlow2(child)) {
        return true;
      }
    }
    return false;
  }

  private static ModelFileException unknown(String version, Throwable cause) {
    return new ModelFileException(
        "keras_version", "'" + version + "'", "Keras 1 to 3", "Use a newer Keraunos.", cause);
  }

  /** Forks of Keras write names of their own; their models are those of the TensorFlow backend. */
  private static Backend knownBackend(String backend) {
    try {
      return Backend.of(backend);
    } catch (InputException e) {
      return Backend.TENSORFLOW;
    }
  }

  private static String infer(JsonNode config) {
    if (config.has("module")) {
      return "3.0.0";
    }
    return hasKeras1Key(config) ? "1.2.2" : "2.2.4";
  }

  private static boolean hasKeras1Key(JsonNode json) {
    for (String key : KERAS_1_KEYS) {
      if (json.has(key)) {
        return true;
      }
    }
    for (JsonNode child : json) {
      if (hasKeras1Key(child)) {
        return true;
      }
    }
    return false;
  }
}
