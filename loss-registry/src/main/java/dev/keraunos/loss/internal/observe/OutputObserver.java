package dev.keraunos.loss.internal.observe;

import java.util.function.Consumer;

/** Watches the loss of one output, batch by batch. */
public interface OutputObserver {
  /**
   * A graph was built, for batches of one signature.
   *
   * @param graph takes what else it is to compute
   * @return who is told of the batches that this graph computes
   */
  Consumer<ScoredBatch> watch(ScoreGraph graph);
}
