package dev.keraunos.importer.internal.archive;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A saved model, read from its file: config, compile settings and weights. Immutable and
 * independent of the file, which is closed again.
 *
 * <p>What a file is, is told from its content, never from its name. The optimizer's state is left
 * unread. Opening a file takes no more memory than the weights and the config; a byte array is read
 * in place, a stream is held off heap while it is read, and only a member that some other tool
 * compressed is unpacked, off heap too.
 */
public final class ModelArchive implements AutoCloseable {
  private final String name;
  private final ArchiveFormat format;
  private final JsonNode config;
  private final Dialect dialect;
  private final String saved;
  private final TrainingText training;
  private final WeightStore weights;

  /**
   * The compile settings before anyone asked for them: they never stand in the way of predicting.
   */
  record TrainingText(String where, String json) {
    static final TrainingText NONE = new TrainingText("", "");
  }

  /** What {@link ArchiveReader} found; the dialect's texts are as the file gives them. */
  record Contents(
      ArchiveFormat format,
      JsonNode config,
      String kerasVersion,
      String backend,
      String saved,
      TrainingText training,
      WeightStore weights) {}

  ModelArchive(String name, Contents contents) {
    this.name = name;
    this.format = contents.format;
    this.config = contents.config;
    this.dialect =
        Dialect.ofFile(
            contents.kerasVersion, contents.backend, contents.config, contents.training.json);
    this.saved = contents.saved;
    this.training = contents.training;
    this.weights = contents.weights;
  }

  /**
   * Opens a model file: {@code .h5}, {@code .keras}, or the directory of an unzipped {@code
   * .keras}.
   *
   * @throws ModelFileException if it is no model Keraunos reads; the message says what it is
   *     instead
   */
  public static ModelArchive open(Path file) {
    return ArchiveReader.PLAIN.open(file);
  }

  /** Opens a model that is in memory; the array must not change meanwhile. */
  public static ModelArchive open(byte[] file, String name) {
    return ArchiveReader.PLAIN.open(file, name);
  }

  /** Opens a model from a stream, read to its end and left open. */
  public static ModelArchive open(InputStream file, String name) {
    return ArchiveReader.PLAIN.open(file, name);
  }

  /**
   * Opens a config and weights kept apart.
   *
   * @param architecture what {@code model.to_json()} returned, or any model file, of which only the
   *     config is used
   * @param weights what {@code model.save_weights} wrote: legacy {@code .h5}, {@code .weights.h5},
   *     the index of a sharded {@code .weights.json}, or any model file
   */
  public static ModelArchive open(Path architecture, Path weights) {
    return ArchiveReader.PLAIN.open(architecture, weights);
  }

  /** The file's name, for messages. */
  public String name() {
    return name;
  }

  public ArchiveFormat format() {
    return format;
  }

  /** The model's config: an object with {@code class_name} and {@code config}. */
  public JsonNode config() {
    return config;
  }

  /** Whose Keras wrote it; where the file does not say, what its config looks like. */
  public Dialect dialect() {
    return dialect;
  }

  /** When it was saved, as Keras wrote it; empty if the file does not say. */
  public String saved() {
    return saved;
  }

  /**
   * The compile settings: Keras' {@code training_config} or {@code compile_config}; empty if the
   * model was not compiled.
   *
   * @throws ModelFileException if they are there and no JSON object
   */
  public Optional<JsonNode> training() {
    if (training.json.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.object(training.json, training.where))
          .filter(json -> !json.isEmpty());
    } catch (ModelFileException e) {
      throw e.in(name);
    }
  }

  public WeightStore weights() {
    return weights;
  }

  /** Frees the weights' memory at once; optional, as with {@link dev.keraunos.tensor.Tensor}. */
  @Override
  public void close() {
    weights.close();
  }
}
