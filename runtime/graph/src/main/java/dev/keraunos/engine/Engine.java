package dev.keraunos.engine;

import dev.keraunos.graph.Graph;
import java.util.Optional;

/**
 * Compiles graphs. Found through {@link java.util.ServiceLoader}; implementations are thread-safe.
 */
public interface Engine {
  /** The name users choose it by. */
  String name();

  /** Larger is preferred when the user chooses none. */
  int priority();

  /** Why this engine cannot run here, in one sentence with the remedy; empty if it can. */
  Optional<String> unavailable();

  /** One line on the native libraries in use and the processor features they found. */
  String description();

  /**
   * Prepares a graph.
   *
   * @param threads how many threads one run may use, at least 1
   * @throws dev.keraunos.error.KeraunosException if this engine is not available
   */
  Executable compile(Graph graph, int threads);
}
