package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.registry.LossRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The names under which evaluate reports metrics. Asked once per metric, in the order in which
 * Keras names them.
 */
final class MetricNames {
  /** What tf_keras calls functions that had other names before. */
  private static final Map<String, String> RENAMED =
      Map.of(
          "kullback_leibler_divergence", "kl_divergence",
          "logcosh", "log_cosh",
          "huber_loss", "huber",
          "cosine_proximity", "cosine_similarity");

  /** What tf_keras calls objects without a name of their own, where it is not as functions. */
  private static final Map<String, String> INSTANCES =
      Map.of(
          "Accuracy", "accuracy",
          "CosineSimilarity", "cosine_similarity",
          "LogCoshError", "logcosh");

  private final Dialect dialect;
  private final LossRegistry registry;
  private final boolean trainingConfig;
  private final boolean several;
  private final Set<String> taken = new HashSet<>(Set.of("loss"));
  private final Map<String, Integer> counts = new HashMap<>();

  MetricNames(Dialect dialect, LossRegistry registry, boolean trainingConfig, boolean several) {
    this.dialect = dialect;
    this.registry = registry;
    this.trainingConfig = trainingConfig;
    this.several = several;
  }

  String next(JsonNode saved, String output, boolean weighted) {
    String prefix = several ? output + "_" : "";
    if (dialect.has(Quirk.NAMES_METRICS_AS_KERAS_3)) {
      return keras3(prefix, own(saved), weighted);
    }
    if (dialect.has(Quirk.NAMES_METRICS_AS_TF_KERAS)) {
      return tfKeras(prefix, own(saved), weighted);
    }
    boolean object = saved.isObject() || isClass(saved.asText());
    if (object && dialect.has(Quirk.NUMBERS_OBJECTS)) {
      return numbered(own(saved));
    }
    if (dialect.has(Quirk.NUMBERS_OWN_NAMES)) {
      return numbered(prefixed(prefix, saved));
    }
    if (object && dialect.has(Quirk.MAKES_OBJECTS_OF_CLASS_NAMES)) {
      return numbered(prefix + own(saved));
    }
    String name = prefix + (weighted ? "weighted_" : "") + function(saved);
    return dialect.has(Quirk.NUMBERS_FUNCTIONS) ? numbered(name) : name;
  }

  /**
   * The metrics of an output without those that another of the same name replaces: Keras 2.3 and
   * graph mode keep them in a dict; TensorFlow 1 under the names of functions.
   */
  Collection<JsonNode> distinct(List<JsonNode> saved, String output) {
    if (!dialect.has(Quirk.METRICS_OF_ONE_NAME_REPLACE)) {
      return saved;
    }
    String prefix = several ? output + "_" : "";
    Map<String, JsonNode> byName = new LinkedHashMap<>();
    saved.forEach(m -> byName.put(key(prefix, m), m));
    return byName.values();
  }

  private String key(String prefix, JsonNode saved) {
    boolean function = saved.isTextual() && !isClass(saved.asText());
    if (function && !dialect.has(Quirk.NUMBERS_OWN_NAMES)) {
      return function(saved);
    }
    return dialect.has(Quirk.NUMBERS_OBJECTS) ? own(saved) : prefixed(prefix, saved);
  }

  /** Keras 2.3 saves objects under the names that it gave them. */
  private String prefixed(String prefix, JsonNode saved) {
    String name = own(saved);
    boolean told = dialect.has(Quirk.SAVES_METRICS_AS_TOLD) && saved.isObject();
    return told && name.startsWith(prefix) ? name : prefix + name;
  }

  /** The first keeps its name, the next get _1, _2. */
  private String numbered(String name) {
    String unique = name;
    for (int i = 1; !taken.add(unique); i++) {
      unique = name + "_" + i;
    }
    return unique;
  }

  private String tfKeras(String prefix, String name, boolean weighted) {
    if (trainingConfig && !dialect.has(Quirk.NAMES_LOADED_METRICS)) {
      return name;
    }
    boolean conflict = weighted && taken.contains(prefix + name);
    String unique = prefix + (conflict ? "weighted_" : "") + name;
    taken.add(unique);
    return unique;
  }

  private String keras3(String prefix, String name, boolean weighted) {
    String first = prefix + name;
    if (!counts.containsKey(first)) {
      counts.put(first, 1);
      return first;
    }
    String again = weighted ? prefix + "weighted_" + name : first;
    if (!counts.containsKey(again)) {
      counts.put(again, 1);
      return again;
    }
    int count = counts.merge(again, 1, Integer::sum);
    return again + "_" + (count - 1);
  }

  /** Up to 2.2: the function's name, shortened for the strings that stand for several. */
  private String function(JsonNode saved) {
    switch (saved.asText()) {
      case "accuracy":
      case "acc":
        return "acc";
      case "crossentropy":
      case "ce":
        return "ce";
      default:
        return registry.canonicalName(saved);
    }
  }

  /** From 2.3 on: the string that the user gave, or the name of the object. */
  private String own(JsonNode saved) {
    if (saved.isTextual()) {
      String text = saved.asText();
      boolean lookedUp = trainingConfig && dialect.has(Quirk.LOOKS_SAVED_NAMES_UP);
      if (isInstance(text)) {
        return INSTANCES.getOrDefault(text, registry.canonicalName(saved));
      }
      return lookedUp && !isOpen(text) ? lookedUp(saved) : text;
    }
    String name = saved.path("config").path("name").asText("");
    return name.isEmpty() ? registry.canonicalName(saved) : name;
  }

  /**
   * The name of a function that was looked up; the graph mode of 2.6 knows the cosine as it was.
   */
  private String lookedUp(JsonNode saved) {
    String function = registry.canonicalName(saved);
    boolean kept =
        dialect.has(
            function.equals("cosine_proximity")
                ? Quirk.KNOWS_COSINE_PROXIMITY
                : Quirk.KNOWS_LONG_NAMES);
    return kept ? function : RENAMED.getOrDefault(function, function);
  }

  /** TensorFlow's Keras makes an object of a class name, graph mode of {@code Accuracy} too. */
  private boolean isInstance(String text) {
    return isClass(text)
        && dialect.has(Quirk.MAKES_OBJECTS_OF_CLASS_NAMES)
        && (!isOpen(text) || dialect.has(Quirk.MAKES_OBJECTS_OF_ACCURACY));
  }

  /** A class in place of a function: {@code MeanSquaredError}, not {@code MSE}. */
  private static boolean isClass(String text) {
    return text.equals("AUC") || text.matches("[A-Z].*[a-z].*");
  }

  private static boolean isOpen(String text) {
    return Set.of("accuracy", "acc", "crossentropy", "ce").contains(text.toLowerCase(Locale.ROOT));
  }
}
