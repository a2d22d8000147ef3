package dev.keraunos.importer.internal.library;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.keras.internal.names.NearestNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;

/** The libraries on the class path. */
public final class Libraries {
  /** What brings the classes of a package, if its module is on the class path. */
  private static final Map<String, String> MODULES =
      Map.of("keras_hub", "dev.keraunos:keraunos-hub", "keras_nlp", "dev.keraunos:keraunos-hub");

  private static final List<Library> INSTALLED = installed();

  private Libraries() {}

  private static List<Library> installed() {
    List<Library> found = new ArrayList<>();
    ServiceLoader.load(Library.class, Library.class.getClassLoader()).forEach(found::add);
    return List.copyOf(found);
  }

  /** The rows of all layers by registered name. */
  public static Map<String, LayerRow> layers() {
    Map<String, LayerRow> rows = new TreeMap<>();
    for (Library library : INSTALLED) {
      for (String prefix : library.packages()) {
        library.layers().forEach((name, row) -> rows.put(prefix + ">" + name, row));
      }
    }
    return rows;
  }

  /** What to tell of a class that neither Keras nor a library has; empty for other packages. */
  public static Optional<String> unknown(String registeredName) {
    String prefix = prefix(registeredName);
    List<Library> known =
        INSTALLED.stream().filter(library -> library.packages().contains(prefix)).toList();
    if (!known.isEmpty()) {
      Collection<String> names = new TreeSet<>(known.get(0).models().keySet());
      names.addAll(known.get(0).layers().keySet());
      List<String> nearest =
          NearestNames.of(bare(registeredName), names, name -> name.toLowerCase(Locale.ROOT));
      return Optional.of(
          "class '"
              + registeredName
              + "' is none of those that are known of "
              + prefix
              + "; nearest names: "
              + String.join(", ", nearest)
              + ". Give the version of Keraunos that knows it, or register a lowering for it");
    }
    return Optional.ofNullable(MODULES.get(prefix))
        .map(
            module ->
                "class '"
                    + registeredName
                    + "' is one of "
                    + prefix
                    + ", whose classes the module "
                    + module
                    + " knows; add it to the class path");
  }

  /**
   * A config with the graph of every model of a library in place of its arguments.
   *
   * @throws UnsupportedModelException if the model itself is of a class that is not known
   * @throws dev.keraunos.keras.ModelFileException if an argument is missing or not understood
   */
  public static JsonNode expand(JsonNode config) {
    JsonNode expanded =
        INSTALLED.isEmpty()
            ? config
            : expanded(config, config.path("config").path("name").asText(""));
    String name = config.path("registered_name").asText("");
    boolean isGraph = expanded.path("config").path("layers").isArray();
    if (!isGraph && unknown(name).isPresent()) {
      String path = config.path("config").path("name").asText(bare(name));
      throw new UnsupportedModelException(
          List.of(new Gap(path, bare(name), unknown(name).orElseThrow())));
    }
    return expanded;
  }

  private static JsonNode expanded(JsonNode json, String path) {
    if (json.isObject()) {
      String registered = json.path("registered_name").asText("");
      Optional<Library.ModelClass> model =
          registered.contains(">") && json.path("config").isObject()
              ? model(registered)
              : Optional.empty();
      if (model.isPresent()) {
        ObjectNode entry = ((ObjectNode) json).objectNode().setAll((ObjectNode) json);
        return entry.set("config", model.get().functional(json, path));
      }
      ObjectNode copy = ((ObjectNode) json).objectNode();
      json.properties().forEach(e -> copy.set(e.getKey(), expanded(e.getValue(), path(json, e))));
      return copy;
    } else if (json.isArray()) {
      ArrayNode copy = ((ArrayNode) json).arrayNode();
      json.forEach(item -> copy.add(expanded(item, item.path("name").asText(path))));
      return copy;
    }
    return json;
  }

  private static String path(JsonNode json, Map.Entry<String, JsonNode> entry) {
    return json.path("name").asText(entry.getKey());
  }

  private static Optional<Library.ModelClass> model(String registeredName) {
    return INSTALLED.stream()
        .filter(library -> library.packages().contains(prefix(registeredName)))
        .flatMap(
            library -> Optional.ofNullable(library.models().get(bare(registeredName))).stream())
        .findFirst();
  }

  private static String prefix(String registeredName) {
    int end = registeredName.indexOf('>');
    return end < 0 ? "" : registeredName.substring(0, end);
  }

  private static String bare(String registeredName) {
    return registeredName.substring(registeredName.indexOf('>') + 1);
  }
}
