package dev.keraunos.graph;

import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A dimension of a shape that an operation produces, resolved once the shapes of its inputs are
 * known.
 */
public sealed interface Dim {
  /** A dimension known beforehand. */
  record Fixed(long size) implements Dim {}

  /** The dimension that an input has on an axis. */
  record Same(int input, int axis) implements Dim {}

  /** Whatever is left over; only {@link Op.Reshape} takes it, and only once. */
  record Inferred() implements Dim {}

  /** Fixed dimensions; −1 becomes {@link Inferred}. */
  static List<Dim> of(long... sizes) {
    List<Dim> dims = new ArrayList<>();
    for (long size : sizes) {
      dims.add(size == -1 ? new Inferred() : new Fixed(size));
    }
    return dims;
  }

  /**
   * The dimensions of a value: fixed where known, else taken from input {@code input}, which is
   * that value.
   */
  static List<Dim> of(Value value, int input) {
    List<Dim> dims = new ArrayList<>();
    Shape shape = value.shape();
    for (int i = 0; i < shape.rank(); i++) {
      dims.add(shape.isKnown(i) ? new Fixed(shape.dim(i)) : new Same(input, i));
    }
    return dims;
  }

  /**
   * The dimensions in terms of the inputs' shapes; {@link Inferred} stays {@link Shape#UNKNOWN}.
   */
  static long[] resolve(List<Dim> dims, List<TensorType> inputs) {
    long[] sizes = new long[dims.size()];
    for (int i = 0; i < sizes.length; i++) {
      Dim dim = dims.get(i);
      if (dim instanceof Fixed fixed) {
        sizes[i] = fixed.size();
      } else if (dim instanceof Same same) {
        sizes[i] = inputs.get(same.input()).shape().dim(same.axis());
      } else {
        sizes[i] = Shape.UNKNOWN;
      }
    }
    return sizes;
  }
}
