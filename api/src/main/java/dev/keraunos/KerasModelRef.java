package dev.keraunos;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A model that travels to other JVMs, as Spark and Flink send functions: serialised it is the
 * content of its file. All handles of one content share one model in a JVM, which is opened when
 * first asked for, with the usual settings.
 *
 * <pre>{@code
 * KerasModelRef ref = KerasModelRef.of(Path.of("model.keras"));
 * rdd.mapPartitions(rows -> ref.get().predict(rows, 2048));
 * }</pre>
 *
 * <p>Immutable and safe to share among threads.
 */
public final class KerasModelRef implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Map<String, KerasModel> OPEN = new ConcurrentHashMap<>();

  private final byte[] content;
  private final transient String digest;

  private KerasModelRef(byte[] content) {
    this.content = content;
    digest = Provenance.digest(content);
  }

  /** A handle of a file's content, which is copied. */
  public static KerasModelRef of(byte[] content) {
    return new KerasModelRef(content.clone());
  }

  /**
   * A handle of the content of a file, which need not be there where the handle travels.
   *
   * @throws UncheckedIOException if it cannot be read, or is a folder: zip that
   */
  public static KerasModelRef of(Path file) {
    try {
      return new KerasModelRef(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "'" + file + "' cannot be read; allowed: a model in one file, of at most 2 GB: " + e, e);
    }
  }

  /**
   * The model, the same for all handles of this content. Closing it closes it for all of them; the
   * next call opens it again. Most leave it open as long as the JVM runs.
   *
   * @throws dev.keraunos.keras.ModelFileException if the content is damaged or no Keras model
   * @throws dev.keraunos.importer.layers.UnsupportedModelException listing everything in it that
   *     Keraunos lacks
   */
  public KerasModel get() {
    return OPEN.compute(
        digest, (key, open) -> open == null || open.isClosed() ? KerasModel.load(content) : open);
  }

  private Object readResolve() throws InvalidObjectException {
    if (content == null) {
      throw new InvalidObjectException("a handle of a model without its content");
    }
    return new KerasModelRef(content);
  }
}
