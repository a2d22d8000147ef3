package dev.keraunos.loss.evaluate;

import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a loss graph is made for: the types of its inputs, batch dimension aside.
 *
 * @param seen the mask and weights that metrics with a state see, unweighted and weighted
 */
record Signature(
    TensorType yTrue,
    TensorType yPred,
    Optional<TensorType> logits,
    List<Optional<TensorType>> seen) {

  static Signature of(
      Tensor yTrue, Tensor yPred, Optional<Tensor> logits, List<Optional<Tensor>> seen) {
    List<Optional<TensorType>> types = new ArrayList<>();
    seen.forEach(weights -> types.add(weights.map(Signature::type)));
    return new Signature(type(yTrue), type(yPred), logits.map(Signature::type), List.copyOf(types));
  }

  private static TensorType type(Tensor tensor) {
    Shape shape = tensor.shape();
    return new TensorType(tensor.dtype(), shape.rank() == 0 ? shape : shape.with(0, Shape.UNKNOWN));
  }
}
