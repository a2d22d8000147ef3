package dev.keraunos.nd4j.internal;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.stream.Stream;

/** An operation on operands of known types. */
record Site<O extends Op>(O op, List<TensorType> in, List<TensorType> out) {
  /** The shape of an operand. */
  Shape in(int index) {
    return in.get(index).shape();
  }

  /** The shape of the first result. */
  Shape y() {
    return out.get(0).shape();
  }

  boolean isEmpty() {
    return Stream.of(in, out).flatMap(List::stream).anyMatch(type -> type.shape().size() == 0);
  }

  /** Whether all operands are float32 or float64. */
  boolean isFloat() {
    return in.stream()
        .map(TensorType::dtype)
        .allMatch(dtype -> dtype == DType.FLOAT32 || dtype == DType.FLOAT64);
  }
}
