package dev.keraunos.loss.internal.check;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;

/** Samples picked from a batch. */
public final class Rows {
  private Rows() {}

  /**
   * The given samples of a batch, in the given order.
   *
   * @throws InputException if there is no such sample
   */
  public static Tensor take(Tensor batch, int... rows) {
    long length = batch.shape().size(1, batch.shape().rank());
    Tensor taken = Tensor.allocate(batch.dtype(), batch.shape().with(0, rows.length));
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= batch.shape().dim(0)) {
        throw new InputException("there is no sample " + rows[i] + " in " + batch.shape());
      }
      taken.copyFrom(i * length, batch, rows[i] * length, length);
    }
    return taken;
  }
}
