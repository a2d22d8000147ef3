package dev.keraunos.graph;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** What is known of a value before data arrives. */
public record TensorType(DType dtype, Shape shape) {
  /** All that a tensor is known by, its elements aside. */
  public static TensorType of(Tensor tensor) {
    return new TensorType(tensor.dtype(), tensor.shape());
  }

  /** The types of tensors, in their order. */
  public static List<TensorType> of(List<Tensor> tensors) {
    TensorType[] types = new TensorType[tensors.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = of(tensors.get(i));
    }
    return List.of(types);
  }

  @Override
  public String toString() {
    return dtype + " " + shape;
  }
}
