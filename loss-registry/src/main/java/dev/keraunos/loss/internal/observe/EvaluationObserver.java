package dev.keraunos.loss.internal.observe;

import dev.keraunos.loss.internal.compile.CompiledOutput;

/** Watches an evaluation, batch by batch. */
public interface EvaluationObserver {
  /**
   * Who watches the loss of an output.
   *
   * @param threads that may be used
   */
  OutputObserver output(CompiledOutput output, int threads);

  /**
   * A batch is complete.
   *
   * @param samples how many it has
   * @param loss of all outputs, with penalties
   * @param weight of the batch among all
   */
  void endBatch(long samples, double loss, double weight);
}
