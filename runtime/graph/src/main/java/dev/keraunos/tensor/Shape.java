package dev.keraunos.tensor;

import dev.keraunos.error.InputException;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The dimensions of a tensor, outermost first. A dimension may be {@link #UNKNOWN}. Immutable. */
public final class Shape {
  /** A dimension that is only known once data arrives. */
  public static final long UNKNOWN = -1;

  private static final Shape SCALAR = new Shape(new long[0]);

  private final long[] dims;

  private Shape(long[] dims) {
    this.dims = dims;
  }

  /**
   * A shape of these dimensions.
   *
   * @throws InputException if a dimension is below zero and not {@link #UNKNOWN}, or the number of
   *     elements overflows 63 bits
   */
  public static Shape of(long... dims) {
    if (dims.length == 0) {
      return SCALAR;
    }
    long[] copy = dims.clone();
    long size = 1;
    for (long dim : copy) {
      if (dim < UNKNOWN) {
        throw new InputException("dimension " + dim + " in shape " + Arrays.toString(dims));
      }
      if (dim > Long.MAX_VALUE / size) {
        throw new InputException("shape " + Arrays.toString(dims) + " overflows 63 bits");
      }
      size *= Math.max(dim, 1);
    }
    return new Shape(copy);
  }

  /** The shape of a single number: no dimensions. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** The number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** The dimension of an axis; negative axes count from the end. */
  public long dim(int axis) {
    return dims[axis(axis)];
  }

  /**
   * A possibly negative axis as an index from 0.
   *
   * @throws InputException if the axis is outside the rank
   */
  public int axis(int axis) {
    int index = axis < 0 ? axis + dims.length : axis;
    if (index < 0 || index >= dims.length) {
      throw new InputException("axis " + axis + " is outside shape " + this);
    }
    return index;
  }

  /** True unless the dimension of this axis is unknown. */
  public boolean isKnown(int axis) {
    return dim(axis) != UNKNOWN;
  }

  /** True if no dimension is unknown. */
  public boolean isConcrete() {
    return Arrays.stream(dims).noneMatch(d -> d == UNKNOWN);
  }

  /**
   * The number of elements.
   *
   * @throws IllegalStateException if a dimension is unknown
   */
  public long size() {
    return size(0, dims.length);
  }

  /** The product of the dimensions from one axis up to, not including, another. */
  public long size(int from, int to) {
    long size = 1;
    for (int i = from; i < to; i++) {
      if (dims[i] == UNKNOWN) {
        throw new IllegalStateException("shape " + this + " has no size: a dimension is unknown");
      }
      size *= dims[i];
    }
    return size;
  }

  /** Row-major strides in elements. */
  public long[] strides() {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return strides;
  }

  /** A copy of the dimensions. */
  public long[] toArray() {
    return dims.clone();
  }

  /** This shape with one dimension replaced. */
  public Shape with(int axis, long dim) {
    long[] copy = dims.clone();
    copy[axis(axis)] = dim;
    return of(copy);
  }

  /** This shape without an axis. */
  public Shape without(int axis) {
    int index = axis(axis);
    return of(
        LongStream.range(0, dims.length).filter(i -> i != index).map(i -> dims[(int) i]).toArray());
  }

  /** The dimensions of some axes at their places, 1 elsewhere. */
  public Shape along(int... axes) {
    long[] copy = new long[dims.length];
    Arrays.fill(copy, 1);
    for (int axis : axes) {
      copy[axis(axis)] = dim(axis);
    }
    return of(copy);
  }

  /**
   * The shape that this one and another broadcast to, as NumPy's do: axes are matched from the
   * last, and those of length 1 or absent are repeated. An unknown dimension goes with every other.
   *
   * @throws InputException if they do not
   */
  public Shape broadcast(Shape other) {
    int rank = Math.max(rank(), other.rank());
    long[] result = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long a = i <= rank() ? dim(-i) : 1;
      long b = i <= other.rank() ? other.dim(-i) : 1;
      if (a != b && a != 1 && b != 1 && a != UNKNOWN && b != UNKNOWN) {
        throw new InputException("shapes " + this + " and " + other + " do not broadcast");
      }
      result[rank - i] = a == 1 ? b : b == 1 || a != UNKNOWN ? a : b;
    }
    return of(result);
  }

  /**
   * This shape with a dimension inserted before an axis; an axis equal to the rank appends.
   *
   * @throws InputException if the axis is outside the rank
   */
  public Shape insert(int axis, long dim) {
    requireAxes(0, axis);
    long[] copy = new long[dims.length + 1];
    System.arraycopy(dims, 0, copy, 0, axis);
    copy[axis] = dim;
    System.arraycopy(dims, axis, copy, axis + 1, dims.length - axis);
    return of(copy);
  }

  /**
   * The dimensions from one axis up to, not including, another.
   *
   * @throws InputException if an axis is outside the rank
   */
  public Shape slice(int from, int to) {
    requireAxes(from, to);
    return of(Arrays.copyOfRange(dims, from, to));
  }

  private void requireAxes(int from, int to) {
    if (from < 0 || to < from || to > dims.length) {
      throw new InputException("axes " + from + " to " + to + " are outside shape " + this);
    }
  }

  /** The dimensions of this shape followed by those of another. */
  public Shape concat(Shape other) {
    return of(LongStream.concat(Arrays.stream(dims), Arrays.stream(other.dims)).toArray());
  }

  /** True if the other shape has the same rank and agrees wherever both dimensions are known. */
  public boolean accepts(Shape other) {
    if (other.dims.length != dims.length) {
      return false;
    }
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != other.dims[i] && dims[i] != UNKNOWN && other.dims[i] != UNKNOWN) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape other && Arrays.equals(dims, other.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** The dimensions in parentheses, unknown ones as {@code ?}: {@code (?, 28, 28, 1)}. */
  @Override
  public String toString() {
    return Arrays.stream(dims)
        .mapToObj(d -> d == UNKNOWN ? "?" : Long.toString(d))
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
