package dev.keraunos.keras.internal.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.DType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The {@code dtype} entry of a layer: what it computes in and what its variables are.
 *
 * @param name as written: {@code float32}, {@code mixed_float16}, {@code int8_from_float32}
 * @param compute the type inputs are cast to
 * @param variable the type of the variables
 * @param quantization the mode of a quantized layer such as {@code int8} or {@code int4/128}, empty
 *     for others
 */
public record DTypePolicy(String name, DType compute, DType variable, String quantization) {
  /** What Keras uses where nothing is said. */
  public static final DTypePolicy FLOAT32 = plain("float32", DType.FLOAT32);

  private static DTypePolicy plain(String name, DType dtype) {
    return new DTypePolicy(name, dtype, dtype, "");
  }

  /**
   * Reads the entry of a layer in every form that Keras 1 to 3 wrote; absent and null are float32.
   *
   * @param where the layer's path, for errors
   */
  public static DTypePolicy read(JsonNode json, String where) {
    if (json.isMissingNode() || json.isNull()) {
      return FLOAT32;
    }
    if (json.isTextual()) {
      return named(json.asText(), where);
    }
    JsonNode config = json.path("config");
    String className = json.path("class_name").asText();
    if (className.equals("DTypePolicyMap")) {
      return read(ofMap(config, where), where);
    }
    if (config.has("source_name")) {
      JsonNode sourceName = config.path("source_name");
      DTypePolicy source = sourceName.isNull() ? FLOAT32 : named(sourceName.asText(), where);
      String mode = config.path("mode").asText();
      return new DTypePolicy(mode + "_from_" + source.name, source.compute, source.variable, mode);
    }
    if (config.path("name").isTextual()) {
      return named(config.path("name").asText(), where);
    }
    throw new ModelFileException(where, "dtype " + json, "a type name or a DTypePolicy", "");
  }

  /**
   * The entry of a {@code DTypePolicyMap} for a layer. Its keys are paths or patterns of them, from
   * whichever model around the layer was built first.
   */
  private static JsonNode ofMap(JsonNode config, String where) {
    JsonNode map = config.path("policy_map");
    String[] names = where.split("[/.]", -1);
    for (int from = 0; from < names.length; from++) {
      String path = String.join("/", Arrays.asList(names).subList(from, names.length));
      if (map.has(path)) {
        return map.get(path);
      }
      for (Map.Entry<String, JsonNode> entry : map.properties()) {
        if (isPattern(entry.getKey()) && path.matches(entry.getKey())) {
          return entry.getValue();
        }
      }
    }
    return config.path("default_policy");
  }

  private static boolean isPattern(String key) {
    try {
      Pattern.compile(key);
      return true;
    } catch (PatternSyntaxException e) {
      return false; // Python's patterns are not all Java's, and a path need not be one
    }
  }

  private static DTypePolicy named(String name, String where) {
    String lower = name.toLowerCase(Locale.ROOT);
    int from = lower.indexOf("_from_");
    if (from > 0) {
      DTypePolicy source = named(lower.substring(from + "_from_".length()), where);
      return new DTypePolicy(name, source.compute, source.variable, lower.substring(0, from));
    }
    return switch (lower) {
      case "mixed_float16" -> new DTypePolicy(name, DType.FLOAT16, DType.FLOAT32, "");
      case "mixed_bfloat16" -> new DTypePolicy(name, DType.BFLOAT16, DType.FLOAT32, "");
      case "_infer", "infer" -> FLOAT32; // PolicyV1 of tf.keras 2.2.4-tf: as the first input
      case "string" -> new DTypePolicy(name, DType.FLOAT32, DType.FLOAT32, ""); // text layers
      default -> plain(name, dtype(lower, where));
    };
  }

  private static DType dtype(String name, String where) {
    try {
      return DType.of(name);
    } catch (InputException e) {
      throw new ModelFileException(
          where, "dtype '" + name + "'", "Keras' type names and dtype policies", "", e);
    }
  }
}
