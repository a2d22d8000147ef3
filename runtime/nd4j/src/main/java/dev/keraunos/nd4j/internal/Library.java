package dev.keraunos.nd4j.internal;

import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J and its backend: loaded once, on first use, or the reason why it does not load. */
final class Library {
  private static final Optional<String> FAILURE = load();

  private Library() {}

  private static Optional<String> load() {
    try {
      Nd4j.getBackend();
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(explain(e));
    }
  }

  /** One sentence on a failure to load, with the remedy. */
  static String explain(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String cause = root.getClass().getSimpleName() + ": " + root.getMessage();
    return "ND4J does not load ("
        + cause.lines().findFirst().orElse("").strip()
        + "); put org.nd4j:nd4j-native and the same with the classifier of your platform on the"
        + " class path, or choose the engine 'onednn' or 'reference'";
  }

  /** Why ND4J cannot be used here; empty if it can. */
  static Optional<String> failure() {
    return FAILURE;
  }

  /** The backend and how many threads it uses. */
  static String description() {
    return "ND4J, "
        + Nd4j.getBackend().getClass().getSimpleName()
        + ", "
        + Nd4j.getEnvironment().maxThreads()
        + " threads";
  }
}
