package dev.keraunos.graph;

import dev.keraunos.tensor.Shape;

/**
 * How a recurrence runs over time, as {@code keras.backend.rnn}. At a masked step the states stay;
 * its output is the output before (zeros at first).
 *
 * @param reverse steps run from the last to the first; the sequence keeps the order of processing
 * @param sequence the output is the sequence of outputs, else the last one
 * @param zeroOutputForMask the output of a masked step is zero instead
 * @param stateOutputForMask the output of a masked step is the first state instead (Keras 1.1 to
 *     2.2)
 */
public record Recurrence(
    boolean reverse, boolean sequence, boolean zeroOutputForMask, boolean stateOutputForMask) {
  TensorType output(TensorType step, Shape x) {
    return sequence ? new TensorType(step.dtype(), step.shape().insert(1, x.dim(1))) : step;
  }
}
