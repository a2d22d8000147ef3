package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/** What a loss graph is made for: the types of its inputs, batch dimension aside. */
record Signature(TensorType yTrue, TensorType yPred, Optional<TensorType> logits) {

  static Signature of(Tensor yTrue, Tensor yPred, Optional<Tensor> logits) {
    return new Signature(type(yTrue), type(yPred), logits.map(Signature::type));
  }

  private static TensorType type(Tensor tensor) {
    Shape shape = tensor.shape();
    return new TensorType(tensor.dtype(), shape.rank() == 0 ? shape : shape.with(0, Shape.UNKNOWN));
  }
}
