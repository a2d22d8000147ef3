package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceExecutable;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Graph;
import java.util.Optional;

/**
 * Runs graphs on ND4J where it computes what Keras does, and elsewhere on the reference kernels, on
 * the same memory. ND4J has threads of its own; those of a run are for the kernels.
 */
public final class Nd4jEngine implements Engine {
  /** The name users choose it by. */
  public static final String NAME = "nd4j";

  @Override
  public String name() {
    return NAME;
  }

  /** Below plain Java: only who names this engine gets it. */
  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Optional<String> unavailable() {
    return Library.failure();
  }

  @Override
  public String description() {
    return unavailable().orElseGet(Library::description);
  }

  @Override
  public Executable compile(Graph graph, int threads) {
    unavailable()
        .ifPresent(
            reason -> {
              throw new KeraunosException(reason);
            });
    return new ReferenceExecutable(NAME, graph, threads, Rows.ALL);
  }

  @Override
  public String toString() {
    return NAME;
  }
}
