package dev.keraunos.graph;

import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * A function of tensors written in Java, for what {@link Ops} cannot say; see {@link Op.Call}.
 * Stateless, as several threads may call it at once.
 */
public interface TensorFunction {
  /** The type of the result for types of the operands, whose dimensions may be unknown. */
  TensorType type(List<TensorType> in);

  /**
   * Computes the result, a new tensor that the caller closes.
   *
   * @param in to be read only, and only until this returns
   */
  Tensor apply(List<Tensor> in);
}
