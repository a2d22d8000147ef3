package dev.keraunos.loss.internal.reduce;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A dense array of doubles with NumPy's broadcasting: masks, sample weights, coefficients of
 * scores. Immutable.
 */
public final class Grid {
  private final Shape shape;
  private final double[] data;

  private Grid(Shape shape, double[] data) {
    this.shape = shape;
    this.data = data;
  }

  public static Grid of(Tensor tensor) {
    return new Grid(tensor.shape(), tensor.toDoubleArray());
  }

  public static Grid scalar(double value) {
    return new Grid(Shape.scalar(), new double[] {value});
  }

  /** An array as it is; the caller hands it over. */
  public static Grid of(Shape shape, double[] data) {
    return new Grid(shape, data);
  }

  /** A copy. */
  public Tensor toTensor(DType dtype) {
    Tensor tensor = Tensor.allocate(dtype, shape);
    tensor.write(0, data, 0, data.length);
    return tensor;
  }

  public Shape shape() {
    return shape;
  }

  public int rank() {
    return shape.rank();
  }

  public int size() {
    return data.length;
  }

  /** An element; of a scalar, the only one. */
  public double at(int index) {
    return data[data.length == 1 ? 0 : index];
  }

  /** Copies elements from an index on; of a scalar, the only one again and again. */
  public void read(int from, double[] target, int count) {
    if (data.length == 1) {
      Arrays.fill(target, 0, count, data[0]);
    } else {
      System.arraycopy(data, from, target, 0, count);
    }
  }

  /** Multiplies numbers by the elements from an index on; by a scalar's only one. */
  public void scale(int from, double[] target, int count) {
    if (data.length == 1) {
      double factor = data[0];
      for (int i = 0; i < count; i++) {
        target[i] *= factor;
      }
    } else {
      for (int i = 0; i < count; i++) {
        target[i] *= data[from + i];
      }
    }
  }

  public double sum() {
    double sum = 0;
    for (double value : data) {
      sum += value;
    }
    return sum;
  }

  public double mean() {
    return sum() / data.length;
  }

  public Grid map(DoubleUnaryOperator function) {
    return new Grid(shape, Arrays.stream(data).map(function).toArray());
  }

  public Grid times(double factor) {
    return map(value -> value * factor);
  }

  public Grid times(Grid other) {
    return combine(other, (a, b) -> a * b);
  }

  /** The sum of the products of all elements, broadcast. */
  public double dot(Grid other) {
    if (other.rank() == 0 || rank() == 0) {
      return rank() == 0 ? data[0] * other.sum() : sum() * other.data[0];
    }
    if (!shape.equals(other.shape)) {
      return times(other).sum();
    }
    double sum = 0;
    for (int i = 0; i < data.length; i++) {
      sum += data[i] * other.data[i];
    }
    return sum;
  }

  /** The sum of the products with as many elements of any shape, or with the only one. */
  public double dotRepeated(Grid other) {
    return other.size() == 1 ? sum() * other.data[0] : reshape(other.shape).dot(other);
  }

  Grid combine(Grid other, DoubleBinaryOperator function) {
    Shape result = shape.broadcast(other.shape);
    double[] mine = expand(result).data;
    double[] theirs = other.expand(result).data;
    double[] values = new double[mine.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = function.applyAsDouble(mine[i], theirs[i]);
    }
    return new Grid(result, values);
  }

  /** Repeated to a larger shape. */
  public Grid expand(Shape larger) {
    Shape full = shape.broadcast(larger);
    if (full.size() == data.length) {
      return reshape(larger);
    }
    double[] values = new double[(int) full.size()];
    if (data.length == 1) {
      Arrays.fill(values, data[0]);
    } else {
      int[] positions = positions(shape, full);
      Arrays.setAll(values, i -> data[positions[i]]);
    }
    return new Grid(larger, values);
  }

  /** Summed over what broadcasting a smaller shape to this one repeats. */
  public Grid collapse(Shape smaller) {
    if (smaller.equals(shape)) {
      return this;
    }
    int[] positions = positions(smaller, shape);
    double[] sums = new double[(int) smaller.size()];
    for (int i = 0; i < data.length; i++) {
      sums[positions[i]] += data[i];
    }
    return new Grid(smaller, sums);
  }

  /** The mean over the axes from one on. */
  Grid meanFrom(int axis) {
    if (axis >= rank()) {
      return this;
    }
    Shape kept = shape.slice(0, axis);
    int inner = (int) shape.size(axis, rank());
    double[] means = new double[(int) kept.size()];
    for (int i = 0; i < means.length; i++) {
      double sum = 0;
      for (int j = i * inner; j < (i + 1) * inner; j++) {
        sum += data[j];
      }
      means[i] = sum / inner;
    }
    return new Grid(kept, means);
  }

  public Grid reshape(Shape other) {
    return new Grid(other, data);
  }

  /** With axes of length 1 appended up to a rank. */
  public Grid padTo(int rank) {
    Shape padded = shape;
    while (padded.rank() < rank) {
      padded = padded.insert(padded.rank(), 1);
    }
    return reshape(padded);
  }

  /** True if the last axis has length 1. */
  public static boolean isColumn(Shape shape) {
    return shape.rank() > 0 && shape.dim(-1) == 1;
  }

  /**
   * For each element of a broadcast shape, the index of the element of the smaller shape that
   * stands for it.
   */
  private static int[] positions(Shape smaller, Shape larger) {
    int[] positions = new int[(int) larger.size()];
    long[] strides = new long[larger.rank()];
    long[] own = smaller.strides();
    for (int i = 1; i <= smaller.rank(); i++) {
      strides[larger.rank() - i] = smaller.dim(-i) == 1 ? 0 : own[smaller.rank() - i];
    }
    long[] index = new long[larger.rank()];
    int position = 0;
    for (int i = 0; i < positions.length; i++) {
      positions[i] = position;
      for (int axis = larger.rank() - 1; axis >= 0; axis--) {
        position += (int) strides[axis];
        if (++index[axis] < larger.dim(axis)) {
          break;
        }
        position -= (int) (strides[axis] * larger.dim(axis));
        index[axis] = 0;
      }
    }
    return positions;
  }

  @Override
  public String toString() {
    return shape + " " + Arrays.toString(data);
  }
}
