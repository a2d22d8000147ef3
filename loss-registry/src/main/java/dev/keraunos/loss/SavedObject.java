package dev.keraunos.loss;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * A function or object as a Keras config refers to it: {@code "mse"}, {@code {"class_name",
 * "config"}}, the form of Keras 3 with {@code module} and {@code registered_name}, a wrapper around
 * a function, Keras 1's flat {@code {"name": "WeightRegularizer", "l2": 0.1}}.
 *
 * @param names under which to look it up, the most specific first
 * @param config its settings, an empty object for a bare name
 */
record SavedObject(List<String> names, JsonNode config) {
  static SavedObject of(JsonNode saved) {
    if (saved.isTextual()) {
      return of(List.of(saved.asText()), null);
    }
    String className = saved.path("class_name").asText("");
    JsonNode config = saved.path("config");
    if (className.equals("function") || config.isTextual()) {
      return of(List.of(saved.path("registered_name").asText(""), config.asText()), null);
    }
    if (!className.isEmpty()) {
      List<String> names =
          new ArrayList<>(List.of(saved.path("registered_name").asText(""), className));
      if (config.has("fn")) {
        names.addAll(of(config.get("fn")).names);
      }
      return of(names, config);
    }
    ObjectNode flat = saved.isObject() ? saved.deepCopy() : JsonNodeFactory.instance.objectNode();
    flat.remove("name");
    return of(List.of(saved.path("name").asText(saved.asText())), flat);
  }

  private static SavedObject of(List<String> names, JsonNode config) {
    LinkedHashSet<String> all = new LinkedHashSet<>();
    for (String name : names) {
      all.add(name);
      all.add(name.substring(name.indexOf('>') + 1));
    }
    all.remove("");
    all.remove("function");
    JsonNode settings =
        config != null && config.isObject() ? config : JsonNodeFactory.instance.objectNode();
    return new SavedObject(List.copyOf(all), settings);
  }

  /** The name that people know it by. */
  String name() {
    return names.isEmpty() ? "" : names.get(0);
  }
}
