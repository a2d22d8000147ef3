package dev.keraunos.engine.onednn.internal;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.run.OneDnnExecutable;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Graph;
import java.util.Optional;

/** Runs graphs on the CPU with oneDNN, and what it lacks on the reference kernels. */
public final class OneDnnEngine implements Engine {
  /** The name users choose it by. */
  public static final String NAME = "onednn";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 100;
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
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads");
    }
    unavailable()
        .ifPresent(
            reason -> {
              throw new KeraunosException(reason);
            });
    return new OneDnnExecutable(NAME, graph, threads);
  }

  @Override
  public String toString() {
    return NAME;
  }
}
