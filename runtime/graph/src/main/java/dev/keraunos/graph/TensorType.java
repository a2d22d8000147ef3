package dev.keraunos.graph;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;

/** What is known of a value before data arrives. */
public record TensorType(DType dtype, Shape shape) {
  /** All that a tensor is known by, its elements aside. */
  public static TensorType of(Tensor tensor) {
    return new TensorType(tensor.dtype(), tensor.shape());
  }

  @Override
  public String toString() {
    return dtype + " " + shape;
  }
}
