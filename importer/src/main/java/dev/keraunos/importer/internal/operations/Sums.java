package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.Shape;
import java.util.Arrays;

/** {@code keras.ops.add}. */
public final class Sums {
  private Sums() {}

  /**
   * The sum of two tensors. From Keras 3.7 on TensorFlow takes what can be squeezed to a vector for
   * a bias of the channels, if they are as many, wherever its axis stands.
   */
  public static Value add(Value x, Value y, Dialect dialect) {
    int axis = dialect.has(Quirk.ADDS_VECTORS_AS_BIASES) ? biasAxis(x.shape(), y.shape()) : -1;
    if (axis < 0) {
      return Ops.add(x, y);
    }
    long[] along = new long[x.rank()];
    Arrays.fill(along, 1);
    along[axis] = x.shape().dim(axis);
    return Ops.add(x, Ops.reshape(y, along));
  }

  /** The axis of x along which y counts as a bias; -1 if it is none. */
  private static int biasAxis(Shape x, Shape y) {
    long[] longer = Arrays.stream(y.toArray()).filter(dim -> dim != 1).toArray();
    if (x.rank() < 2 || longer.length != 1 || longer[0] <= 0) {
      return -1;
    }
    int last = x.rank() - 1;
    return x.dim(last) == longer[0] ? last : x.dim(1) == longer[0] ? 1 : -1;
  }
}
