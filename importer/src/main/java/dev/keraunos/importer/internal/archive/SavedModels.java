package dev.keraunos.importer.internal.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.importer.internal.archive.ModelArchive.Contents;
import dev.keraunos.importer.internal.archive.ModelArchive.TrainingText;
import dev.keraunos.importer.internal.bundle.ObjectGraph;
import dev.keraunos.importer.internal.bundle.SavedModelGraph;
import dev.keraunos.importer.internal.bundle.TensorBundle;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * TensorFlow's SavedModels and checkpoints. Their variables are given by layer, in the order in
 * which {@code .h5} files of the same Keras hold them.
 */
final class SavedModels {
  static final String MODEL = "saved_model.pb";
  private static final String METADATA = "keras_metadata.pb";
  private static final String VARIABLES = "variables/variables";
  private static final String INDEX = ".index";

  /** The Keras of TensorFlow 2.0; no older one writes objects. */
  private static final String OLDEST = "2.2.4-tf";

  /** What every file system takes. */
  private static final String FILE_NAME = "[^\\p{Cntrl}:*?\"<>|]+";

  private static final String ALLOWED = "a SavedModel of a Sequential or functional Keras model";
  private static final String SAVE_MODEL =
      "Save the Keras model itself with model.save(\"model.keras\").";

  /** The files of a SavedModel, by their names in it. */
  interface Members {
    /** The file; empty if there is none. */
    Optional<ByteSource> open(String name) throws IOException;
  }

  private SavedModels() {}

  /** The files of a folder. */
  static Members in(Path folder) {
    return name -> {
      Path file = folder.resolve(name);
      return Files.isRegularFile(file) ? Optional.of(ByteSource.of(file)) : Optional.empty();
    };
  }

  /** The files of a zip archive, in which a SavedModel may lie in a folder. */
  static Members in(ZipArchive zip) {
    String model = zip.names().stream().filter(SavedModels::isModel).findFirst().orElse(MODEL);
    String folder = model.substring(0, model.length() - MODEL.length());
    return name ->
        zip.names().contains(folder + name)
            ? Optional.of(zip.open(folder + name))
            : Optional.empty();
  }

  /** Whether a member of an archive is the graph of a SavedModel. */
  static boolean isModel(String name) {
    return name.equals(MODEL) || name.endsWith("/" + MODEL);
  }

  /** The config and the weights of a SavedModel. */
  static Contents read(Members members) throws IOException {
    return read(members, true);
  }

  /** The same without weights. */
  static Contents config(Members members) throws IOException {
    return read(members, false);
  }

  private static Contents read(Members members, boolean weights) throws IOException {
    SavedModelGraph graph = graph(members);
    try (ByteSource index = required(members, VARIABLES + INDEX);
        TensorBundle bundle =
            TensorBundle.of(
                VARIABLES + INDEX,
                index,
                (shard, count) -> required(members, shard(VARIABLES, shard, count)))) {
      Optional<ObjectGraph> objects = ObjectGraph.of(bundle);
      if (!graph.hasObjects() || objects.isEmpty()) {
        throw new ModelFileException(
            "", "an export of TensorFlow 1", ALLOWED, "It holds no Keras model. " + SAVE_MODEL);
      }
      JsonNode root = root(graph, objects.get());
      Vocabularies.put(root.path("model_config"), objects.get(), bundle, graph.tables());
      return new Contents(
          ArchiveFormat.SAVED_MODEL,
          root.path("model_config"),
          root.path("keras_version").asText(""),
          root.path("backend").asText(""),
          "",
          training(root),
          weights
              ? store(
                  bundle, objects.get(), graph.texts(), root.path("keras_version").asText(OLDEST))
              : null);
    }
  }

  private static TrainingText training(JsonNode root) {
    JsonNode training = root.path("training_config");
    return training.isObject() ? new TrainingText(MODEL, training.toString()) : TrainingText.NONE;
  }

  private static SavedModelGraph graph(Members members) throws IOException {
    try (ByteSource model = required(members, MODEL)) {
      Optional<ByteSource> metadata = members.open(METADATA);
      try {
        return SavedModelGraph.of(model, metadata, name -> asset(members, name));
      } finally {
        metadata.ifPresent(ByteSource::close);
      }
    }
  }

  private static String asset(Members members, String name) throws IOException {
    try (ByteSource file = required(members, Assets.FOLDER + name)) {
      return file.text(0, Math.min(file.size(), ArchiveLimits.JSON_BYTES));
    }
  }

  private static ByteSource required(Members members, String name) throws IOException {
    return members
        .open(name)
        .orElseThrow(
            () ->
                new ModelFileException(
                    name,
                    "no such file in the SavedModel",
                    "all files that TensorFlow wrote",
                    "Give the whole folder, or a zip of it."));
  }

  private static String shard(String prefix, int shard, int count) {
    return String.format("%s.data-%05d-of-%05d", prefix, shard, count);
  }

  /** What Keras says of the model object. */
  private static JsonNode root(SavedModelGraph graph, ObjectGraph objects) {
    String text = graph.texts().getOrDefault(0, "");
    if (text.isEmpty()) {
      boolean exported = objects.attributes().contains("_misc_assets");
      throw new ModelFileException(
          "",
          exported ? "what model.export of Keras 3 writes" : "a SavedModel of no Keras model",
          ALLOWED,
          "It holds computations and no layers. " + SAVE_MODEL);
    }
    JsonNode root = plain(Json.object(text, MODEL));
    if (!root.path("model_config").path("config").path("layers").isArray()) {
      throw new ModelFileException(
          "",
          "a subclassed model "
              + root.path("class_name").asText("")
              + " with the variables "
              + objects.variables(0).stream().map(ObjectGraph.Stored::name).limit(16).toList(),
          ALLOWED,
          "Its code is in Python alone; rebuild the model with the functional API and save it"
              + " again.");
    }
    return root;
  }

  /** Without what tf.keras wraps around tuples and shapes. */
  private static JsonNode plain(JsonNode json) {
    if (json instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, plain(array.get(i)));
      }
    } else if (json instanceof ObjectNode object) {
      String kind = object.path("class_name").asText("");
      if (Set.of("__tuple__", "TensorShape").contains(kind) && object.path("items").isArray()) {
        return plain(object.get("items"));
      }
      object.properties().forEach(entry -> entry.setValue(plain(entry.getValue())));
    }
    return json;
  }

  /** The variables of every layer of the model. */
  private static WeightStore store(
      TensorBundle bundle, ObjectGraph objects, Map<Integer, String> texts, String kerasVersion)
      throws IOException {
    Map<String, Tensor> read = new HashMap<>();
    List<WeightStore.Layer> layers = new ArrayList<>();
    for (int layer : objects.layers(0)) {
      List<StoredArray> arrays = new ArrayList<>();
      for (ObjectGraph.Stored stored : objects.variables(layer)) {
        if (!read.containsKey(stored.key())) {
          read.put(stored.key(), bundle.tensor(stored.key()));
        }
        arrays.add(new StoredArray(stored.key(), stored.name(), read.get(stored.key())));
      }
      layers.add(new WeightStore.Layer(name(texts.get(layer), arrays), arrays));
    }
    return new WeightStore.ByLayer(layers, List.of(), kerasVersion, "tensorflow");
  }

  private static String name(String text, List<StoredArray> arrays) {
    if (text != null && !text.isEmpty()) {
      return Json.object(text, MODEL).path("name").asText("");
    }
    return arrays.isEmpty() ? "" : arrays.get(0).name().split("/", 2)[0];
  }

  /**
   * The prefix of the checkpoint that a path means: the prefix itself, its index, or a folder whose
   * latest one it is. Empty if it means none.
   */
  static Optional<Path> checkpoint(Path path) throws IOException {
    String name = path.toString();
    if (Files.isRegularFile(Path.of(name + INDEX))) {
      return Optional.of(path);
    }
    if (name.endsWith(INDEX) && Files.isRegularFile(path)) {
      return Optional.of(Path.of(name.substring(0, name.length() - INDEX.length())));
    }
    Path state = path.resolve("checkpoint");
    if (!Files.isRegularFile(state)) {
      return Optional.empty();
    }
    try (ByteSource source = ByteSource.of(state)) {
      String[] quoted = source.text(0, Math.min(source.size(), 1 << 16)).split("\"", 3);
      String latest = quoted.length < 3 ? "" : quoted[1].replaceFirst("(?s).*[/\\\\]", "");
      return latest.matches(FILE_NAME) ? Optional.of(path.resolve(latest)) : Optional.empty();
    }
  }

  /**
   * The weights that {@code model.save_weights} wrote in TensorFlow's format.
   *
   * @param config of the model, which gets the vocabularies that come with them
   */
  static WeightStore weights(Path prefix, JsonNode config) throws IOException {
    Members files = in(prefix.toAbsolutePath().getParent());
    String name = prefix.getFileName().toString();
    try (ByteSource index = required(files, name + INDEX);
        TensorBundle bundle =
            TensorBundle.of(
                name + INDEX,
                index,
                (shard, count) -> required(files, shard(name, shard, count)))) {
      ObjectGraph objects =
          ObjectGraph.of(bundle)
              .orElseThrow(
                  () ->
                      new ModelFileException(
                          "",
                          "a checkpoint of TensorFlow 1, of variables alone",
                          "what model.save_weights of tf.keras 2 writes",
                          "Load it in Python and save the model with model.save(\"model.h5\")."));
      Vocabularies.put(config, objects, bundle, Map.of());
      return store(bundle, objects, Map.of(), OLDEST);
    }
  }
}
