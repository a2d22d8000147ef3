package dev.keraunos.keras;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import java.util.List;
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
    List<String> possible = tensorFlows(parsed, config, training);
    KerasVersion likely = possible.isEmpty() ? parsed : parsed.of(possible.get(0));
    List<String> others = possible.stream().skip(1).map(parsed::textOf).toList();
    return new Dialect(likely, knownBackend(backend), runsEagerly(training), others);
  }

  /**
   * A {@code compile_config} has its say; of a {@code training_config} Keras 3 reads it not back.
   */
  private static boolean runsEagerly(String training) {
    return training.contains("\"run_eagerly\":true") && !training.contains("\"optimizer_config\"");
  }

  /**
   * The TensorFlows that may have written a file, the most likely first, where its config tells
   * more than the text that several share. Up to 1.15 initializers save a dtype, in TensorFlow 2
   * they do not; up to 1.13 optimizers save the learning rate as {@code lr}; from 2.1 on input
   * layers say whether they are ragged, and in 2.2 alone a Sequential says the shape that it was
   * built for. Nothing tells 2.3 from 2.4.
   */
  private static List<String> tensorFlows(KerasVersion given, JsonNode config, String training) {
    List<String> possible = given.tensorFlows();
    if (possible.contains("2.0")) {
      if (hasInitializerOfTensorFlow2(config)) {
        String told = config.findValue("ragged") == null ? "2.0" : "2.1";
        return hasInputLayer(config) ? List.of(told) : List.of("2.1", "2.0");
      }
      boolean told = !training.isEmpty();
      return told
          ? List.of(training.contains("\"lr\":") ? "1.13" : "1.14")
          : List.of("1.14", "1.13");
    }
    if (possible.contains("2.1") && config.path("class_name").asText().equals("Sequential")) {
      return List.of(config.findValue("build_input_shape") == null ? "2.1" : "2.2");
    }
    return possible;
  }

  private static boolean hasInputLayer(JsonNode config) {
    return config.findValuesAsText("class_name").contains("InputLayer");
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
