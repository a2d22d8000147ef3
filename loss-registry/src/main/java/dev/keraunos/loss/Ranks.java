package dev.keraunos.loss;

import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.squeeze;

import dev.keraunos.graph.Value;

/** Targets and a prediction whose ranks were made to match. */
record Ranks(Value yTrue, Prediction yPred) {
  /**
   * {@code squeeze_or_expand_to_same_rank} of Keras 3: a trailing axis of length 1 that only one of
   * them has.
   */
  static Ranks equal(Value yTrue, Prediction yPred) {
    Value p = yPred.value();
    boolean expands = yPred.dialect().isAtLeast(3, 0, 5);
    if (p.rank() == yTrue.rank() + 1 && p.shape().dim(-1) == 1) {
      return expands && yTrue.rank() == 1
          ? new Ranks(expandDims(yTrue, -1), yPred)
          : new Ranks(yTrue, yPred.with(squeeze(p, -1)));
    }
    if (yTrue.rank() == p.rank() + 1 && yTrue.shape().dim(-1) == 1) {
      return expands && p.rank() == 1
          ? new Ranks(yTrue, yPred.with(expandDims(p, -1)))
          : new Ranks(squeeze(yTrue, -1), yPred);
    }
    return new Ranks(yTrue, yPred);
  }

  /** {@code squeeze_or_expand_dimensions} of Keras 2: the same, by squeezing only. */
  static Ranks squeezed(Value yTrue, Prediction yPred) {
    Value p = yPred.value();
    if (p.rank() == yTrue.rank() + 1 && p.shape().dim(-1) == 1) {
      return new Ranks(yTrue, yPred.with(squeeze(p, -1)));
    }
    if (yTrue.rank() == p.rank() + 1 && yTrue.shape().dim(-1) == 1) {
      return new Ranks(squeeze(yTrue, -1), yPred);
    }
    return new Ranks(yTrue, yPred);
  }
}
