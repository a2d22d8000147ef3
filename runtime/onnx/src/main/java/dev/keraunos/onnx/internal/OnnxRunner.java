package dev.keraunos.onnx.internal;

import dev.keraunos.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** Runs ONNX files, to check those that were written. Found through {@link ServiceLoader}. */
public interface OnnxRunner {
  /** The version of the runtime, for messages. */
  String description();

  /**
   * Runs a file once.
   *
   * @param inputs by name
   * @return by name, in the order of the file; the caller owns them
   * @throws dev.keraunos.error.KeraunosException if the runtime refuses the file
   */
  Map<String, Tensor> run(Path file, Map<String, Tensor> inputs);

  /** The one on the class path. */
  static Optional<OnnxRunner> find() {
    return ServiceLoader.load(OnnxRunner.class, OnnxRunner.class.getClassLoader()).findFirst();
  }
}
