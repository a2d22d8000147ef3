package dev.keraunos.engine.internal.reference;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.graph.Graph;
import java.util.Optional;

/** The engine in plain Java: runs everything everywhere. */
public final class ReferenceEngine implements Engine {
  /** The name of this engine. */
  @Override
  public String name() {
    return Engines.PLAIN_JAVA;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public String description() {
    return "plain Java " + Runtime.version().feature() + ", no native libraries";
  }

  @Override
  public Executable compile(Graph graph, int threads) {
    return new ReferenceExecutable(graph, threads);
  }

  @Override
  public String toString() {
    return Engines.PLAIN_JAVA;
  }
}
