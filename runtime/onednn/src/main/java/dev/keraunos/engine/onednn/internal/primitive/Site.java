package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/** What a lowering may ask of the plan that its steps go into. */
public interface Site {
  /** What makes the primitives of the plan. */
  Primitives primitives();

  /** The shape of a value, all dimensions known. */
  Shape shape(Value value);

  /** The value's tensor if it is the same in every run. */
  Optional<Tensor> constant(Value value);

  /**
   * The bytes and scales behind a matrix of weights, if it is computed from such.
   *
   * @param transposed whether inputs run along its last axis
   */
  Optional<BlockWeights> blocks(Value value, boolean transposed);

  /** Whether a value is known to hold neither NaN nor infinities. */
  boolean finite(Value value);

  /** Whether all that a node reads is known to hold neither NaN nor infinities. */
  boolean finite(Node node);

  /** How many recurrences run over a value, side by side. */
  long recurrencesOf(Value value);

  /**
   * Whether a recurrence and another one run over a sequence from its first step on, of which one
   * gives what the other alone reads, without masks.
   */
  boolean isStacked(Node recurrence);

  /** Whether any node or the caller reads a value. */
  boolean isRead(Value value);

  /** The row-major elements of a value. */
  View view(Value value);

  /** Memory for so many float32 elements that lie nowhere yet. */
  View scratch(long size);
}
