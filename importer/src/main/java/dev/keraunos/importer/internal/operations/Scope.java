package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.keras.Dialect;

/** Where a function is called: by a layer of a model, or in an expression. */
public interface Scope {
  /** Names the call in messages. */
  String path();

  /** Whose rules hold. */
  Dialect dialect();

  /** The tensor whose type constants take that stand beside none. */
  Value beside();

  /** The tensor that a reference stands for. */
  Value value(TensorRef ref);

  /** Whether a function of TensorFlow made a value, behind which Keras remembers no logits. */
  default boolean isOfFunction(Value value) {
    return false;
  }

  /** Notes that a function of TensorFlow made a value. */
  default void noteFunction(Value made) {}

  /** Notes what has no effect; outside of a model it is refused. */
  default void report(String problem) {
    throw gap(problem);
  }

  /** The call cannot be lowered; thrown by whoever finds out. */
  default GapException gap(String problem) {
    return new GapException(problem);
  }
}
