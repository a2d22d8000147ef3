package dev.keraunos.importer.internal.weights;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** Rearrangements of arrays; each returns a new tensor. */
final class Layouts {
  private Layouts() {}

  /**
   * numpy's {@code transpose(axes)}: axis i of the result is axis {@code axes[i]} of the source.
   *
   * @throws InputException if the source has another rank
   */
  static Tensor transpose(Tensor source, int... axes) {
    if (source.shape().rank() != axes.length) {
      throw new InputException("shape " + source.shape() + " where " + axes.length + " axes are");
    }
    long[] strides = source.shape().strides();
    long[] dims = new long[axes.length];
    long[] steps = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      dims[i] = source.shape().dim(axes[i]);
      steps[i] = strides[axes[i]];
    }
    return gather(source, dims, 0, steps);
  }

  /** The source with its first axes reversed. */
  static Tensor flip(Tensor source, int axes) {
    long[] steps = source.shape().strides();
    long start = 0;
    for (int i = 0; i < axes; i++) {
      start += (source.shape().dim(i) - 1) * steps[i];
      steps[i] = -steps[i];
    }
    return gather(source, source.shape().toArray(), start, steps);
  }

  private static Tensor gather(Tensor source, long[] dims, long start, long[] steps) {
    Tensor result = Tensor.allocate(source.dtype(), Shape.of(dims));
    long[] index = new long[dims.length];
    long from = start;
    for (long to = 0; to < result.size(); to++) {
      result.setDouble(to, source.getDouble(from));
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        from += steps[axis];
        if (++index[axis] < dims[axis]) {
          break;
        }
        from -= dims[axis] * steps[axis];
        index[axis] = 0;
      }
    }
    return result;
  }

  /**
   * The parts side by side along the last axis.
   *
   * @throws InputException if they differ along another
   */
  static Tensor concatLast(List<Tensor> parts) {
    Shape first = parts.get(0).shape();
    for (Tensor part : parts) {
      if (!part.shape().without(-1).equals(first.without(-1))) {
        throw new InputException("shape " + part.shape() + " beside " + first);
      }
    }
    int last = first.rank() - 1;
    long width = parts.stream().mapToLong(part -> part.shape().dim(-1)).sum();
    Tensor result = Tensor.allocate(parts.get(0).dtype(), first.with(last, width));
    long column = 0;
    for (Tensor part : parts) {
      long partWidth = part.shape().dim(-1);
      for (long row = 0; row < first.size(0, last); row++) {
        result.copyFrom(row * width + column, part, row * partWidth, partWidth);
      }
      column += partWidth;
    }
    return result;
  }

  /**
   * A plain input kernel (in, gates·u) from cuDNN's: each gate's (in, u) block, read row by row, is
   * the transposed kernel (u, in).
   */
  static Tensor cuDnnKernel(Tensor kernel, int gates) {
    long in = kernel.shape().dim(0);
    long width = kernel.shape().dim(1);
    long units = width / gates;
    Tensor result = Tensor.allocate(kernel.dtype(), kernel.shape());
    for (long gate = 0; gate < gates; gate++) {
      for (long row = 0; row < in; row++) {
        for (long unit = 0; unit < units; unit++) {
          long flat = unit * in + row;
          long from = flat / units * width + gate * units + flat % units;
          result.setDouble(row * width + gate * units + unit, kernel.getDouble(from));
        }
      }
    }
    return result;
  }

  /** A plain recurrent kernel (u, gates·u) from cuDNN's: each gate's block transposed. */
  static Tensor cuDnnRecurrent(Tensor kernel, int gates) {
    long units = kernel.shape().dim(0);
    Tensor blocks = kernel.reshape(units, gates, units);
    return transpose(blocks, 2, 1, 0).reshape(units, gates * units);
  }

  /** The sum over the first axis of a matrix of two rows. */
  static Tensor sumRows(Tensor rows) {
    long width = rows.shape().dim(1);
    Tensor sum = Tensor.allocate(rows.dtype(), Shape.of(width));
    for (long i = 0; i < width; i++) {
      sum.setDouble(i, rows.getDouble(i) + rows.getDouble(width + i));
    }
    return sum;
  }
}
