package dev.keraunos.importer.internal.archive;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.Hdf5Group;
import dev.keraunos.hdf5.internal.Hdf5Reader;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.importer.internal.archive.ModelArchive.Contents;
import dev.keraunos.importer.internal.archive.ModelArchive.TrainingText;
import dev.keraunos.keras.ModelFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens model files: tells what a file is by its content and reads it. */
public final class ArchiveReader {
  /** Reads everything in plain Java. */
  public static final ArchiveReader PLAIN = new ArchiveReader(Hdf5Reader.JAVA);

  /**
   * Has libhdf5 read the HDF5 storage that plain Java does not: data packed with nbit or
   * scaleoffset. Only for files of known origin, since a crafted one makes libhdf5 end the JVM.
   */
  public static final ArchiveReader WITH_LIBHDF5 = new ArchiveReader(Hdf5Reader.WITH_LIBRARY);

  private static final String CONFIG = "config.json";
  private static final String METADATA = "metadata.json";
  private static final String WEIGHTS = "model.weights.h5";
  private static final int ZIP = 0x04034b50;

  private static final String ALLOWED = "a Keras model as .h5, .keras or SavedModel";
  private static final String SAVE_AGAIN =
      "Load it in Python and save it with model.save(\"model.keras\").";
  private static final String GIVE_BOTH =
      "Give the architecture (model.to_json()) and the weights as two files:"
          + " KerasModel.loader().load(architecture, weights), or --weights on the command line.";

  private final Hdf5Reader hdf5;

  private ArchiveReader(Hdf5Reader hdf5) {
    this.hdf5 = hdf5;
  }

  /** Runs one opening; everything it refuses names the file. */
  private static <T> T named(String name, Opening<T> opening) {
    try {
      return opening.run();
    } catch (ModelFileException e) {
      throw e.in(name);
    } catch (Hdf5Exception e) {
      throw Hdf5Refusals.of(e).in(name);
    } catch (NoSuchFileException e) {
      throw new ModelFileException("", "no file " + e.getFile(), ALLOWED, "", e).in(name);
    } catch (IOException e) {
      throw new ModelFileException("", "an error: " + e.getMessage(), "a readable file", "", e)
          .in(name);
    }
  }

  private interface Opening<T> {
    T run() throws IOException;
  }

  /** See {@link ModelArchive#open(Path)}. */
  public ModelArchive open(Path file) {
    requireGiven(file, "path");
    return named(
        file.toString(),
        () -> {
          if (Files.isDirectory(file)) {
            return new ModelArchive(file.toString(), directory(file));
          }
          if (file.endsWith(SavedModels.MODEL)) {
            Path folder = file.toAbsolutePath().getParent();
            return new ModelArchive(file.toString(), directory(folder));
          }
          try (ByteSource source = ByteSource.of(file)) {
            return new ModelArchive(file.toString(), contents(source));
          }
        });
  }

  /** See {@link ModelArchive#open(byte[], String)}. */
  public ModelArchive open(byte[] file, String name) {
    requireGiven(file, "content");
    return named(name, () -> new ModelArchive(name, contents(ByteSource.of(file))));
  }

  private static void requireGiven(Object given, String what) {
    if (given == null) {
      throw new ModelFileException("the " + what, "null in its place", ALLOWED, "");
    }
  }

  /** See {@link ModelArchive#open(InputStream, String)}. */
  public ModelArchive open(InputStream stream, String name) {
    return named(name, () -> with(stream, source -> new ModelArchive(name, contents(source))));
  }

  /**
   * Opens a resource of the class path.
   *
   * @param stream its content, or null if there is none
   */
  public ModelArchive resource(Class<?> beside, String name, InputStream stream) {
    if (stream == null) {
      String path = beside.getPackageName().replace('.', '/') + "/" + name;
      throw new ModelFileException(
              "",
              "no such resource on the class path of " + beside.getName(),
              ALLOWED,
              name.startsWith("/")
                  ? "Add it to the resources of the application; a name with a leading slash begins"
                      + " at their root."
                  : "It was looked for as " + path + "; a leading slash begins at the root.")
          .in("resource '" + name + "'");
    }
    return open(stream, "resource '" + name + "'");
  }

  /** The same as {@link #open(Path, Path)} from streams; an index of sharded weights has no use. */
  public ModelArchive open(InputStream architecture, InputStream weights) {
    String first = "the stream of the architecture";
    String second = "the stream of the weights";
    Contents config = named(first, () -> with(architecture, this::architecture));
    return joined(
        first + " with " + second,
        config,
        named(second, () -> with(weights, source -> weights(source, Optional.empty()))));
  }

  /** See {@link ModelArchive#open(Path, Path)}. */
  public ModelArchive open(Path architecture, Path weights) {
    requireGiven(architecture, "path of the architecture");
    requireGiven(weights, "path of the weights");
    Contents config =
        named(
            architecture.toString(),
            () ->
                Files.isDirectory(architecture)
                    ? directoryConfig(architecture)
                    : with(architecture, this::architecture));
    return joined(
        architecture + " with " + weights,
        config,
        named(weights.toString(), () -> weights(weights, config.config())));
  }

  private static ModelArchive joined(String name, Contents config, WeightStore weights) {
    return named(
        name,
        () ->
            new ModelArchive(
                name,
                new Contents(
                    ArchiveFormat.ARCHITECTURE,
                    config.config(),
                    version(config, weights),
                    config.backend(),
                    config.saved(),
                    config.training(),
                    weights)));
  }

  private static String version(Contents config, WeightStore store) {
    return config.kerasVersion().isEmpty() && store instanceof WeightStore.ByLayer byLayer
        ? byLayer.kerasVersion()
        : config.kerasVersion();
  }

  private interface Use<T> {
    T of(ByteSource source) throws IOException;
  }

  private static <T> T with(Path file, Use<T> use) throws IOException {
    try (ByteSource source = ByteSource.of(file)) {
      return use.of(source);
    }
  }

  private static <T> T with(InputStream stream, Use<T> use) throws IOException {
    if (stream == null) {
      throw new ModelFileException(
          "",
          "null in place of a stream",
          ALLOWED,
          "Class.getResourceAsStream gives null where there is no such resource.");
    }
    try (ByteSource source = ByteSource.of(stream)) {
      return use.of(source);
    }
  }

  /** A model in one file. */
  private Contents contents(ByteSource source) throws IOException {
    return switch (kind(source)) {
      case HDF5 -> hdf5(WeightFiles.read(hdf5, source));
      case ZIP -> zip(source);
      case JSON -> throw incomplete(json(source));
      case OTHER -> throw unknown(source);
    };
  }

  private static ModelFileException incomplete(JsonNode json) {
    String found =
        json.has("weight_map") ? "the index of sharded weights" : "an architecture without weights";
    return new ModelFileException("", found, ALLOWED, GIVE_BOTH);
  }

  private enum Kind {
    HDF5,
    ZIP,
    JSON,
    OTHER
  }

  private static Kind kind(ByteSource source) {
    if (source.size() >= 4 && source.bytes(0, 4).getInt() == ZIP) {
      return Kind.ZIP;
    }
    if (Hdf5Reader.isHdf5(source)) {
      return Kind.HDF5;
    }
    String start = source.text(0, Math.min(64, source.size()));
    return start.stripLeading().startsWith("{") ? Kind.JSON : Kind.OTHER;
  }

  private static JsonNode json(ByteSource source) {
    return Json.object(text(source), "");
  }

  private static String text(ByteSource source) {
    return source.text(0, Math.min(source.size(), ArchiveLimits.JSON_BYTES + 1));
  }

  private static ModelFileException unknown(ByteSource source) {
    Foreign foreign = Foreign.of(source);
    return new ModelFileException("", foreign.found(), ALLOWED, foreign.remedy());
  }

  private static Contents hdf5(Hdf5Group root) {
    String config = WeightFiles.text(root, "model_config");
    if (config.isEmpty()) {
      WeightFiles.store(root);
      root.close();
      throw new ModelFileException("", "weights without a config", ALLOWED, GIVE_BOTH);
    }
    try {
      return hdf5(root, Json.object(config, "/@model_config"), WeightFiles.store(root));
    } catch (RuntimeException e) {
      root.close();
      throw e;
    }
  }

  private Contents zip(ByteSource source) throws IOException {
    ZipArchive zip = new ZipArchive(source);
    if (zip.names().stream().anyMatch(SavedModels::isModel)) {
      return SavedModels.read(SavedModels.in(zip));
    }
    requireMembers(zip.names());
    Contents config = config(zip.text(CONFIG), zip.text(METADATA));
    Map<String, String> assets = new LinkedHashMap<>();
    for (String name : zip.names()) {
      if (name.startsWith(Assets.FOLDER) && name.endsWith(Assets.TEXT)) {
        assets.put(name.substring(Assets.FOLDER.length()), zip.text(name));
      }
    }
    try (ByteSource weights = zip.openLast(WEIGHTS)) {
      return withWeights(config, weights, assets);
    }
  }

  private Contents withWeights(Contents config, ByteSource weights, Map<String, String> assets) {
    WeightStore store;
    try {
      store = Assets.attach(WeightFiles.store(WeightFiles.read(hdf5, weights)), assets);
    } catch (ModelFileException e) {
      throw e.under(WEIGHTS);
    }
    return new Contents(
        config.format(),
        config.config(),
        config.kerasVersion(),
        config.backend(),
        config.saved(),
        config.training(),
        store);
  }

  private static void requireMembers(Set<String> names) {
    if (names.containsAll(List.of(CONFIG, METADATA, WEIGHTS))) {
      return;
    }
    String found = "a zip archive with " + names.stream().limit(8).toList();
    String remedy = "";
    if (names.contains("model.weights.npz")) {
      found = "weights stored as model.weights.npz, a pickle";
      remedy = SAVE_AGAIN;
    } else if (names.contains("variables.h5")) {
      found = "an experimental archive of Keras 2.11";
      remedy = SAVE_AGAIN;
    } else if (names.stream().anyMatch(name -> name.endsWith(".npy"))) {
      found = "an archive of numpy arrays";
    }
    throw new ModelFileException(
        "", found, "the members " + List.of(CONFIG, METADATA, WEIGHTS), remedy);
  }

  private static Contents config(String configText, String metadataText) {
    JsonNode config = Json.object(configText, CONFIG);
    JsonNode metadata = Json.object(metadataText, METADATA);
    return new Contents(
        ArchiveFormat.KERAS,
        config,
        metadata.path("keras_version").asText(""),
        metadata.path("backend").asText(""),
        metadata.path("date_saved").asText(""),
        new TrainingText(
            CONFIG,
            config.path("compile_config").isObject()
                ? config.path("compile_config").toString()
                : ""),
        null);
  }

  private Contents directory(Path directory) throws IOException {
    if (isSavedModel(directory)) {
      return SavedModels.read(SavedModels.in(directory));
    }
    Contents config = directoryConfig(directory);
    Map<String, String> assets = Assets.read(directory);
    return with(directory.resolve(WEIGHTS), weights -> withWeights(config, weights, assets));
  }

  private static boolean isSavedModel(Path directory) {
    return Files.isRegularFile(directory.resolve(SavedModels.MODEL));
  }

  private static Contents directoryConfig(Path directory) throws IOException {
    if (isSavedModel(directory)) {
      return SavedModels.config(SavedModels.in(directory));
    }
    if (!Files.isRegularFile(directory.resolve(CONFIG))) {
      throw unknownDirectory(directory);
    }
    Path metadata = directory.resolve(METADATA);
    return config(
        with(directory.resolve(CONFIG), ArchiveReader::text),
        Files.isRegularFile(metadata) ? with(metadata, ArchiveReader::text) : "{}");
  }

  private static ModelFileException unknownDirectory(Path directory) {
    String found = "a directory without " + CONFIG;
    String remedy = SAVE_AGAIN;
    if (Files.exists(directory.resolve("checkpoint"))) {
      found = "a TensorFlow checkpoint, weights without a config";
      remedy = GIVE_BOTH;
    } else if (Files.exists(directory.resolve("_CHECKPOINT_METADATA"))
        || Files.exists(directory.resolve("pytree"))) {
      found = "an Orbax checkpoint";
    }
    return new ModelFileException("", found, ALLOWED, remedy);
  }

  /** The config of an architecture file or of any model file. */
  private Contents architecture(ByteSource source) throws IOException {
    return switch (kind(source)) {
      case JSON -> architecture(json(source));
      case ZIP -> {
        ZipArchive zip = new ZipArchive(source);
        yield zip.names().stream().anyMatch(SavedModels::isModel)
            ? SavedModels.config(SavedModels.in(zip))
            : config(zip.text(CONFIG), zip.text(METADATA));
      }
      case HDF5 -> architecture(hdf5.read(source, path -> false));
      case OTHER -> throw unknown(source);
    };
  }

  private static Contents architecture(JsonNode json) {
    if (!json.path("class_name").isTextual()) {
      throw new ModelFileException(
          "", "JSON without class_name", "what model.to_json() returns", "");
    }
    return new Contents(
        ArchiveFormat.ARCHITECTURE,
        json,
        json.path("keras_version").asText(""),
        json.path("backend").asText(""),
        "",
        TrainingText.NONE,
        null);
  }

  private static Contents architecture(Hdf5Group root) {
    String config = WeightFiles.text(root, "model_config");
    if (config.isEmpty()) {
      throw new ModelFileException(
          "", "weights without a config", "an architecture", "Are the two files swapped?");
    }
    return hdf5(root, Json.object(config, "/@model_config"), null);
  }

  private static Contents hdf5(Hdf5Group root, JsonNode config, WeightStore weights) {
    return new Contents(
        ArchiveFormat.LEGACY_H5,
        config,
        WeightFiles.text(root, "keras_version"),
        WeightFiles.text(root, "backend"),
        "",
        new TrainingText("/@training_config", WeightFiles.text(root, "training_config")),
        weights);
  }

  /** The weights of a weights file or of any model file. */
  private WeightStore weights(Path file, JsonNode config) throws IOException {
    Optional<Path> checkpoint = SavedModels.checkpoint(file);
    if (checkpoint.isPresent()) {
      return SavedModels.weights(checkpoint.get(), config);
    }
    if (Files.isDirectory(file) && isSavedModel(file)) {
      return SavedModels.read(SavedModels.in(file)).weights();
    }
    if (Files.isDirectory(file)) {
      return with(
          file.resolve(WEIGHTS), source -> WeightFiles.store(WeightFiles.read(hdf5, source)));
    }
    return with(file, source -> weights(source, Optional.of(file)));
  }

  private WeightStore weights(ByteSource source, Optional<Path> file) throws IOException {
    return switch (kind(source)) {
      case HDF5 -> WeightFiles.store(WeightFiles.read(hdf5, source));
      case ZIP -> zip(source).weights();
      case JSON -> {
        JsonNode index = json(source);
        if (file.isEmpty()) {
          throw new ModelFileException(
              "",
              index.has("weight_map") ? "the index of sharded weights" : "a JSON object",
              "weights in one file",
              index.has("weight_map")
                  ? "The shards lie beside their index: give its path in place of a stream."
                  : "Are the architecture and the weights swapped?");
        }
        yield ShardedWeights.read(hdf5, index, file.get());
      }
      case OTHER -> throw unknown(source);
    };
  }
}
