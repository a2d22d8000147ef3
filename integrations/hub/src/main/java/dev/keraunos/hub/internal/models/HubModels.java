package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.config.Config;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The models of KerasHub: what each class builds of its arguments. */
public final class HubModels {
  /** Builds a model by calling its layers. */
  interface Builder {
    void build(Functional model);
  }

  private static final Map<String, Builder> BUILDERS = builders();

  private HubModels() {}

  private static Map<String, Builder> builders() {
    Map<String, Builder> builders = new TreeMap<>();
    BertModels.register(builders);
    GptModels.register(builders);
    LlamaModels.register(builders);
    ConvModels.register(builders);
    EfficientNetModels.register(builders);
    CspNetModels.register(builders);
    VisionModels.register(builders);
    ClipModels.register(builders);
    SegFormerModels.register(builders);
    PyramidModels.register(builders);
    T5GemmaModels.register(builders);
    ImageTasks.register(builders);
    Tasks.register(builders);
    return Collections.unmodifiableMap(builders);
  }

  /** The names of the classes. */
  public static Set<String> names() {
    return BUILDERS.keySet();
  }

  /**
   * The model of an entry.
   *
   * @param path of the model, for errors
   * @throws ModelFileException if an argument is missing or not understood
   */
  public static Functional build(JsonNode entry, String path) {
    String className = entry.path("class_name").asText("");
    String bare = className.substring(className.indexOf('>') + 1);
    Builder builder = BUILDERS.get(bare);
    Config config = new Config(entry.path("config"), path.isEmpty() ? bare : path);
    if (builder == null) {
      throw new ModelFileException(
          config.path(), "a model of class '" + bare + "'", "one of " + names(), "");
    }
    Functional model = new Functional(config, bare);
    builder.build(model);
    requireAllRead(config, bare);
    return model;
  }

  /** A key that nobody read is of another version of KerasHub. */
  private static void requireAllRead(Config config, String className) {
    for (String key : config.unread()) {
      if (!config.json().get(key).isNull()) {
        throw new ModelFileException(
            config.path(),
            "the argument '" + key + "' = " + config.json().get(key),
            "the arguments of " + className + " in KerasHub 0.33",
            "Save the model with that version, or give a Keraunos that knows the newer one.");
      }
    }
  }
}
