package dev.keraunos.graph;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;

/** A symbolic tensor: one output of a node of a graph under construction or built. */
public final class Value {
  private final Node producer;
  private final int index;
  private final TensorType type;

  Value(Node producer, int index, TensorType type) {
    this.producer = producer;
    this.index = index;
    this.type = type;
  }

  /** The application of an operation that gives it. */
  public Node producer() {
    return producer;
  }

  /** The position among the outputs of the producer. */
  public int index() {
    return index;
  }

  /** Element type and shape. */
  public TensorType type() {
    return type;
  }

  /** The element type. */
  public DType dtype() {
    return type.dtype();
  }

  /** Dimensions may be unknown. */
  public Shape shape() {
    return type.shape();
  }

  /** The number of dimensions. */
  public int rank() {
    return type.shape().rank();
  }

  @Override
  public String toString() {
    return producer + (producer.outputs().size() > 1 ? "[" + index + "]" : "") + ": " + type;
  }
}
