package dev.keraunos.importer.internal.feature;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Lets numbers of a range through, as TensorFlow's assertions do.
 *
 * @param path of the layer that takes no others
 * @param least the smallest
 * @param below more than the largest
 */
record InRange(String path, long least, long below) implements Op.Call.Function {
  @Override
  public TensorType type(List<TensorType> in) {
    return in.get(0);
  }

  @Override
  public int alignedAxes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Optional<Op.Call.Bounds> check() {
    return Optional.of(new Op.Call.Bounds(least, below));
  }

  @Override
  public Tensor apply(List<Tensor> in) {
    Tensor x = in.get(0);
    for (long i = 0; i < x.size(); i++) {
      long value = x.getLong(i);
      if (value < least || value >= below) {
        throw new InputException(
            path
                + ": the category "
                + value
                + " is given, allowed are "
                + least
                + (below == Long.MAX_VALUE ? " and more" : " to " + (below - 1))
                + "; Keras refuses it too");
      }
    }
    return x.cast(x.dtype());
  }
}
