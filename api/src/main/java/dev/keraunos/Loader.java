package dev.keraunos;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.importer.internal.ImportedModel;
import dev.keraunos.importer.internal.archive.ArchiveReader;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.registry.LossRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Settings under which a model is loaded. */
public final class Loader {
  /** Not chosen yet: the preferred one. */
  Engine engine;

  int threads = Runtime.getRuntime().availableProcessors();
  boolean optimize = true;
  long seed;
  Dialect dialect;
  Dialect recorded;
  LossRegistry losses = LossRegistry.standard();
  ModelRegistry registry = ModelRegistry.EMPTY;
  private ArchiveReader archives = ArchiveReader.PLAIN;
  boolean strict;

  /**
   * SLF4J, which says on its first use that it has no provider, is used when there is a warning.
   */
  Consumer<String> warnings = warning -> LoggerFactory.getLogger(KerasModel.class).warn(warning);

  Loader() {}

  /**
   * The engine by name: {@code onednn} or {@code reference}.
   *
   * @throws KeraunosException if there is none of this name, or it cannot run here
   */
  public Loader engine(String name) {
    engine = Engines.named(name);
    return this;
  }

  /**
   * Refuses plain Java, which otherwise runs, with a warning in the log, where no native engine
   * does. This or {@link #engine}, whichever is called last, counts.
   *
   * @throws KeraunosException if no native engine can run here, with the reason
   */
  public Loader requireNative() {
    engine = Engines.preferredNative();
    return this;
  }

  /** How many threads one call may use; all processors if not given. */
  public Loader threads(int count) {
    if (count < 1) {
      throw new InputException("threads must be at least 1, not " + count);
    }
    threads = count;
    return this;
  }

  /** False runs the graph as imported, without optimising passes. */
  public Loader optimize(boolean value) {
    optimize = value;
    return this;
  }

  /**
   * From where layers draw random numbers that the model calls with {@code training=True}, as for
   * Monte Carlo dropout; 0 if not given. Every call of the model draws others, the same ones after
   * every load.
   */
  public Loader seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Whose Keras to follow in {@link KerasModel#evaluate} instead of the file's: {@code 2.2.4},
   * {@code 3.15.1:jax}.
   *
   * @throws InputException if there is no such Keras, or its rules are not known
   */
  public Loader keras(String version) {
    dialect = Dialect.parse(version);
    return this;
  }

  /**
   * Which Keras computed what the model is compared to, if it is not the one that wrote the file:
   * {@link KerasModel#evaluate} follows it unless {@link #keras} says otherwise.
   *
   * @throws InputException if there is no such Keras
   */
  public Loader recordedBy(String version, String backend) {
    recorded = Dialect.of(version, backend);
    return this;
  }

  /**
   * Refuses to evaluate, with an {@link InputException}, where Keras silently broadcasts, weighs
   * otherwise than it seems or averages batches unevenly. Without it such places are {@link
   * #warnings}.
   */
  public Loader strict() {
    strict = true;
    return this;
  }

  /** Who is told, a sentence each, what {@link #strict} would refuse; the log if not given. */
  public Loader warnings(Consumer<String> listener) {
    warnings = listener;
    return this;
  }

  /** The losses, metrics and regularisers that the file may name. */
  public Loader losses(LossRegistry registry) {
    losses = registry;
    return this;
  }

  /** The functions behind Lambda layers, custom activations and custom layers. */
  public Loader registry(ModelRegistry value) {
    registry = value;
    return this;
  }

  /** Adds entries to the registry; those that it has already win. */
  public Loader fallback(ModelRegistry more) {
    registry = registry.or(more);
    return this;
  }

  /**
   * Computes Lambda layers whose Python function the registry does not have as the expression that
   * its bytecode stands for, where it is a straight one. Nothing from the file is run. Without this
   * loading fails with an {@link dev.keraunos.importer.layers.UnsupportedModelException} that shows
   * the expression.
   */
  public Loader acceptDecodedLambdas() {
    return fallback(ModelRegistry.builder().acceptDecodedLambdas().build());
  }

  /** Has libhdf5 read what plain Java does not; see {@link ArchiveReader#WITH_LIBHDF5}. */
  public Loader libhdf5() {
    archives = ArchiveReader.WITH_LIBHDF5;
    return this;
  }

  /** See {@link KerasModel#load(Path)}. */
  public KerasModel load(Path file) {
    return load(archives.open(file), Optional.of(file));
  }

  /** An architecture as {@code model.to_json()} gives it, with a file of weights. */
  public KerasModel load(Path architecture, Path weights) {
    return load(archives.open(architecture, weights), Optional.of(weights));
  }

  /** The same from streams, which are read to their ends and left open. */
  public KerasModel load(InputStream architecture, InputStream weights) {
    return load(archives.open(architecture, weights), Optional.empty());
  }

  /** See {@link KerasModel#load(InputStream)}. */
  public KerasModel load(InputStream stream) {
    return load(archives.open(stream, "the stream"), Optional.empty());
  }

  /** See {@link KerasModel#loadResource}. */
  public KerasModel loadResource(Class<?> beside, String name) {
    try (InputStream stream = beside.getResourceAsStream(name)) {
      return load(archives.resource(beside, name, stream), Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException("resource '" + name + "' cannot be closed: " + e, e);
    }
  }

  /** See {@link KerasModel#load(byte[])}. */
  public KerasModel load(byte[] content) {
    return load(archives.open(content, "the model"), Optional.empty());
  }

  private KerasModel load(ModelArchive archive, Optional<Path> file) {
    return new KerasModel(ImportedModel.of(archive, registry), copy(), file);
  }

  private Loader copy() {
    Loader copy = new Loader();
    copy.engine = engine == null ? Engines.preferred() : engine;
    copy.threads = threads;
    copy.optimize = optimize;
    copy.seed = seed;
    copy.dialect = dialect;
    copy.recorded = recorded;
    copy.losses = losses;
    copy.registry = registry;
    copy.archives = archives;
    copy.strict = strict;
    copy.warnings = warnings;
    return copy;
  }
}
