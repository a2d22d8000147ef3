package dev.keraunos.importer.archive;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.ModelFileException;
import dev.keraunos.loss.Backend;
import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.KerasVersion;
import java.util.Set;

/** Whose Keras wrote a file: what it says, or what its config looks like. */
final class Dialects {
  private static final int NEWEST_MAJOR = 3;

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

  private Dialects() {}

  static Dialect of(String kerasVersion, String backend, JsonNode config) {
    String version = kerasVersion.isEmpty() ? infer(config) : kerasVersion;
    KerasVersion parsed;
    try {
      parsed = KerasVersion.parse(version);
    } catch (IllegalArgumentException e) {
      throw unknown(version, e);
    }
    if (parsed.major() > NEWEST_MAJOR) {
      throw unknown(version, null);
    }
    return Dialect.of(version, knownBackend(backend));
  }

  private static ModelFileException unknown(String version, Throwable cause) {
    return new ModelFileException(
        "keras_version", "'" + version + "'", "Keras 1 to 3", "Use a newer Keraunos.", cause);
  }

  /** Forks of Keras write names of their own; their models are those of the TensorFlow backend. */
  private static String knownBackend(String backend) {
    try {
      return Backend.of(backend).toString();
    } catch (IllegalArgumentException e) {
      return Backend.TENSORFLOW.toString();
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
