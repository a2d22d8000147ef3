package dev.keraunos.engine.ort.internal;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Executable;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Graph;
import java.util.Optional;

/**
 * Runs every graph in ONNX Runtime, as the ONNX model that it becomes. On the processor it is there
 * to check exports; oneDNN is faster. What ONNX or ONNX Runtime lacks runs on the reference engine.
 */
public final class OrtEngine implements Engine {
  @Override
  public String name() {
    return "ort";
  }

  /** Behind plain Java: nobody gets it unasked. */
  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Optional<String> unavailable() {
    try {
      OrtSession.version();
      return Optional.empty();
    } catch (KeraunosException e) {
      return Optional.of(e.getMessage());
    } catch (LinkageError e) { // JavaCPP is absent
      return Optional.of(
          "ONNX Runtime does not load ("
              + e.getMessage()
              + "); put org.bytedeco:onnxruntime and javacpp with the classifier of your platform"
              + " on the class path");
    }
  }

  @Override
  public String description() {
    return OrtSession.version() + " on the processor";
  }

  @Override
  public Executable compile(Graph graph, int threads) {
    return new OrtExecutable(graph, threads, Kernels.lacking(graph));
  }
}
