package dev.keraunos.engine.onednn.internal.step;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A strided view of the elements at a place. Immutable; strides and offset count elements. */
public final class View {
  private final Place place;
  private final DType dtype;
  private final long offset;
  private final long[] dims;
  private final long[] strides;

  private View(Place place, DType dtype, long offset, long[] dims, long[] strides) {
    this.place = place;
    this.dtype = dtype;
    this.offset = offset;
    this.dims = dims;
    this.strides = strides;
  }

  /** The row-major view of a whole place. */
  public static View of(Place place, DType dtype, Shape shape) {
    return new View(place, dtype, 0, shape.toArray(), shape.strides());
  }

  public Place place() {
    return place;
  }

  public DType dtype() {
    return dtype;
  }

  public int rank() {
    return dims.length;
  }

  public long dim(int axis) {
    return dims[axis];
  }

  public long[] dims() {
    return dims.clone();
  }

  public long size() {
    long size = 1;
    for (long dim : dims) {
      size *= dim;
    }
    return size;
  }

  public long byteOffset() {
    return offset * dtype.bytes();
  }

  /** Axis i of the result is the given axis of this view. */
  public View permute(int... axes) {
    long[] newDims = new long[axes.length];
    long[] newStrides = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      newDims[i] = dims[axes[i]];
      newStrides[i] = strides[axes[i]];
    }
    return new View(place, dtype, offset, newDims, newStrides);
  }

  /** The last axis moved behind the first, as oneDNN orders images. */
  public View channelsFirst() {
    int last = rank() - 1;
    return permute(
        IntStream.range(0, rank()).map(i -> i == 0 ? 0 : i == 1 ? last : i - 1).toArray());
  }

  /** Some entries of an axis. */
  public View slice(int axis, long from, long length) {
    return slice(axis, from, length, 1);
  }

  /** Every step-th entry of an axis. */
  public View slice(int axis, long from, long length, long step) {
    long[] newDims = dims.clone();
    long[] newStrides = strides.clone();
    newDims[axis] = length;
    newStrides[axis] *= step;
    return new View(place, dtype, offset + from * strides[axis], newDims, newStrides);
  }

  /** A new axis of length 1 before an axis. */
  public View insert(int axis) {
    long stride = axis < rank() ? strides[axis] * dims[axis] : 1;
    return split(axis, 1, stride);
  }

  private View split(int axis, long dim, long stride) {
    long[] newDims = new long[rank() + 1];
    long[] newStrides = new long[rank() + 1];
    for (int i = 0, j = 0; i <= rank(); i++) {
      newDims[i] = i == axis ? dim : dims[j];
      newStrides[i] = i == axis ? stride : strides[j++];
    }
    return new View(place, dtype, offset, newDims, newStrides);
  }

  /** An axis of length a·b as two axes (a, b). */
  public View split(int axis, long outer) {
    long inner = dims[axis] / outer;
    View wide = split(axis, outer, inner * strides[axis]);
    wide.dims[axis + 1] = inner;
    return wide;
  }

  /** Axes of length 1 in front until the rank is reached, as NumPy broadcasts. */
  public View expand(int rank) {
    View view = this;
    while (view.rank() < rank) {
      view = view.insert(0);
    }
    return view;
  }

  /** (before..., axis, after...) as (before, axis·after); the axes behind the axis are dense. */
  public View joinBehind(int axis) {
    long outer = 1;
    for (int i = 0; i < axis; i++) {
      outer *= dims[i];
    }
    long inner = Shape.of(dims).size(axis, rank());
    long stride = axis == 0 ? inner : strides[axis - 1];
    return new View(place, dtype, offset, new long[] {outer, inner}, new long[] {stride, 1});
  }

  /** The row-major elements of this dense view under other dimensions. */
  public View reshape(long... newDims) {
    return new View(place, dtype, offset, newDims.clone(), Shape.of(newDims).strides());
  }

  /**
   * Strides in which an axis of length 1 has the stride of a dense layout, which oneDNN wants to
   * recognise one.
   */
  public long[] strides() {
    long[] dense = strides.clone();
    List<Integer> innermostFirst = new ArrayList<>();
    for (int i = rank() - 1; i >= 0; i--) {
      innermostFirst.add(i);
    }
    innermostFirst.sort(
        Comparator.<Integer>comparingLong(i -> strides[i]).thenComparing(i -> dims[i] != 1));
    long extent = 1;
    for (int axis : innermostFirst) {
      if (dims[axis] == 1) {
        dense[axis] = extent;
      }
      extent = dense[axis] * dims[axis];
    }
    return dense;
  }

  @Override
  public String toString() {
    return dtype + " " + Shape.of(dims) + " at " + place;
  }
}
