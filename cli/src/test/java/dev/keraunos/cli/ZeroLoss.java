package dev.keraunos.cli;

import dev.keraunos.loss.TensorLoss;
import dev.keraunos.tensor.Tensor;

/** A loss that a command line may name. */
public final class ZeroLoss implements TensorLoss {
  @Override
  public Tensor scores(Tensor targets, Tensor prediction) {
    return Tensor.zeros(prediction.dtype(), prediction.shape().dim(0));
  }
}
