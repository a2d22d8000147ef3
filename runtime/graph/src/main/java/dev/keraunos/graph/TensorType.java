package dev.keraunos.graph;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;

/** What is known of a value before data arrives. */
public record TensorType(DType dtype, Shape shape) {
  @Override
  public String toString() {
    return dtype + " " + shape;
  }
}
