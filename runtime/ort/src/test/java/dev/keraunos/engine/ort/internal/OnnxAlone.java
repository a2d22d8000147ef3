package dev.keraunos.engine.ort.internal;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Executable;
import dev.keraunos.graph.Graph;
import java.util.Optional;
import java.util.Set;

/** ONNX Runtime and nothing beside it: what an exported file computes. */
public final class OnnxAlone implements Engine {
  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public int priority() {
    return -2;
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public String description() {
    return "ONNX Runtime alone";
  }

  @Override
  public Executable compile(Graph graph, int threads) {
    return new OrtExecutable(graph, threads, Set.of());
  }
}
