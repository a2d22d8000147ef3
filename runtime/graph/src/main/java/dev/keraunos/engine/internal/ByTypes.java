package dev.keraunos.engine.internal;

import dev.keraunos.graph.TensorType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** What was worked out for inputs of certain types, so that the next call need not. */
public final class ByTypes<T> {
  /** Of more kinds of inputs than this all are forgotten. */
  private static final int MOST = 64;

  private final Map<List<TensorType>, T> known = new ConcurrentHashMap<>();
  private final Function<List<TensorType>, T> work;

  /**
   * Knows nothing yet.
   *
   * @param work done for types that come for the first time; what it throws reaches the caller
   */
  public ByTypes(Function<List<TensorType>, T> work) {
    this.work = work;
  }

  /** What the work gave for these types. */
  public T of(List<TensorType> types) {
    T found = known.get(types);
    if (found == null) {
      found = work.apply(types);
      if (known.size() >= MOST) {
        known.clear();
      }
      known.put(types, found);
    }
    return found;
  }
}
