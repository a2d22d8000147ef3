package dev.keraunos.keras.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A function or object that a config refers to: an activation, a regulariser, a loss. All of Keras'
 * spellings read as this: {@code "relu"}, {@code {"class_name", "config"}}, the v3 form with {@code
 * module} and {@code registered_name}, a wrapper around a function, Keras 1's flat form {@code
 * {"name": "WeightRegularizer", "l2": 0.1}}.
 *
 * @param names under which to look it up, the most specific first, {@code package>Name} before
 *     {@code Name}; at least one
 * @param module the v3 form's module, or empty
 * @param config its settings; empty for a bare name
 */
public record SavedObject(List<String> names, String module, Config config) {
  /**
   * Reads a saved object.
   *
   * @param where it stands, for errors
   * @throws dev.keraunos.keras.ModelFileException if it has no name
   */
  public static SavedObject of(JsonNode saved, String where) {
    return new Setting(saved, "", where).savedObject();
  }

  /** {@code package>Name} where it was registered under one, else the name. */
  public String registeredName() {
    return names.get(0);
  }

  /** The function or class name without its package. */
  public String name() {
    return bare(registeredName());
  }

  static String bare(String registeredName) {
    return registeredName.substring(registeredName.indexOf('>') + 1);
  }
}
