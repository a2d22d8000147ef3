package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Padding;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * The kernels that tf.keras' locally connected layers store in their implementations 2 and 3, in
 * terms of implementation 1: (places, patch, filters).
 *
 * <p>Mirrors {@code conv_kernel_idxs} of tf_keras/src/utils/conv_utils.py.
 *
 * @param axes the spatial axes
 * @param channels of the input
 * @param channelsFirst whether channels and filters come before the spatial axes
 */
record LocalKernel(List<Axis> axes, long channels, long filters, boolean channelsFirst) {
  /**
   * A spatial axis.
   *
   * @param before how many zeros precede the input; unlike in a convolution the stride plays no
   *     part in it
   */
  record Axis(long size, long kernel, long stride, long before, long places) {
    static Axis of(long size, long kernel, long stride, Padding padding) {
      boolean same = padding.equals(Padding.SAME);
      long places = same ? (size + stride - 1) / stride : (size - kernel) / stride + 1;
      return new Axis(size, kernel, stride, same ? kernel / 2 : 0, places);
    }

    /** How many zeros follow the input. */
    long after() {
      return Math.max(0, (places - 1) * stride + kernel - before - size);
    }

    /** Where in the input a cell of the kernel lies; outside it if the cell meets a zero. */
    long position(long place, long cell) {
      return place * stride + cell - before;
    }

    boolean contains(long position) {
      return position >= 0 && position < size;
    }
  }

  /** The layer's variable {@code kernel}, rearranged. */
  Tensor perPlace(RowCall call, int implementation) {
    if (implementation == 2) {
      return fromDense(call);
    } else if (implementation == 3) {
      return fromSparse(call);
    }
    throw call.config().get("implementation").unexpected("1, 2 or 3");
  }

  private long places() {
    return axes.stream().mapToLong(Axis::places).reduce(1, Math::multiplyExact);
  }

  private long cells() {
    return axes.stream().mapToLong(Axis::kernel).reduce(1, Math::multiplyExact);
  }

  /** The place in the input that a cell meets at a place of the output, row-major; or -1. */
  private long met(long place, long cell) {
    long input = 0;
    long size = 1;
    for (int i = axes.size() - 1; i >= 0; i--) {
      Axis axis = axes.get(i);
      long position = axis.position(place % axis.places, cell % axis.kernel);
      if (!axis.contains(position)) {
        return -1;
      }
      input += position * size;
      size *= axis.size;
      place /= axis.places;
      cell /= axis.kernel;
    }
    return input;
  }

  private long patch(long cell, long channel) {
    return channelsFirst ? channel * cells() + cell : cell * channels + channel;
  }

  private Tensor result(Tensor stored) {
    return Tensor.allocate(stored.dtype(), Shape.of(places(), cells() * channels, filters));
  }

  private static void copy(Tensor result, long to, Tensor stored, long from) {
    result.copyFrom(to, stored, from, 1);
  }

  private long at(long place, long cell, long channel, long filter) {
    return (place * cells() * channels + patch(cell, channel)) * filters + filter;
  }

  /** From (input..., output...), most of which meets nothing. */
  private Tensor fromDense(RowCall call) {
    long inputs = axes.stream().mapToLong(Axis::size).reduce(1, Math::multiplyExact);
    Tensor stored = call.tensor("kernel", denseShape());
    Tensor result = result(stored);
    for (long place = 0; place < places(); place++) {
      for (long cell = 0; cell < cells(); cell++) {
        long input = met(place, cell);
        for (long c = 0; input >= 0 && c < channels; c++) {
          for (long f = 0; f < filters; f++) {
            long row = channelsFirst ? c * inputs + input : input * channels + c;
            long column = channelsFirst ? f * places() + place : place * filters + f;
            copy(result, at(place, cell, c, f), stored, row * places() * filters + column);
          }
        }
      }
    }
    return result;
  }

  private long[] denseShape() {
    int rank = axes.size() + 1;
    long[] shape = new long[2 * rank];
    for (int i = 0; i < axes.size(); i++) {
      int axis = channelsFirst ? i + 1 : i;
      shape[axis] = axes.get(i).size;
      shape[rank + axis] = axes.get(i).places;
    }
    int own = channelsFirst ? 0 : rank - 1;
    shape[own] = channels;
    shape[rank + own] = filters;
    return shape;
  }

  /** From the entries that meet something, ordered by output, then by input. */
  private Tensor fromSparse(RowCall call) {
    Tensor stored = call.tensor("kernel", entries());
    Tensor result = result(stored);
    long[] next = {0};
    if (channelsFirst) {
      for (long f = 0; f < filters; f++) {
        for (long place = 0; place < places(); place++) {
          for (long c = 0; c < channels; c++) {
            take(result, stored, next, place, c, 1, f);
          }
        }
      }
    } else {
      for (long place = 0; place < places(); place++) {
        for (long f = 0; f < filters; f++) {
          take(result, stored, next, place, 0, channels, f);
        }
      }
    }
    return result;
  }

  /** The next entries: of all cells at a place, in each of some channels. */
  private void take(
      Tensor result, Tensor stored, long[] next, long place, long first, long count, long filter) {
    for (long cell = 0; cell < cells(); cell++) {
      boolean meets = met(place, cell) >= 0;
      for (long c = first; meets && c < first + count; c++) {
        copy(result, at(place, cell, c, filter), stored, next[0]++);
      }
    }
  }

  private long entries() {
    long entries = 0;
    for (long place = 0; place < places(); place++) {
      for (long cell = 0; cell < cells(); cell++) {
        entries += met(place, cell) >= 0 ? channels * filters : 0;
      }
    }
    return entries;
  }
}
