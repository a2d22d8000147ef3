package dev.keraunos.loss;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** A {@link TensorLoss} as a step of a graph. */
record TensorScores(TensorLoss loss) implements Op.Call.Function {
  @Override
  public TensorType type(List<TensorType> in) {
    return new TensorType(DType.FLOAT32, loss.shape(in.get(1).shape()));
  }

  @Override
  public Tensor apply(List<Tensor> in) {
    Tensor scores = loss.scores(in.get(0), in.get(1));
    if (scores == null) {
      throw new InputException(this + " gives no scores");
    }
    return scores;
  }

  @Override
  public String toString() {
    return "loss " + loss.getClass().getName();
  }
}
