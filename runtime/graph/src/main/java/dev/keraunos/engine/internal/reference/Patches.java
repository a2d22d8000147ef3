package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The windows of a convolution over (batch, spatial..., channels) as rows of a matrix, one row per
 * output cell, of cells × channels elements; cells outside x are zero. Not thread-safe: each thread
 * takes its own {@link #reader}.
 */
final class Patches {
  private static final int CACHED = 1 << 21;
  private static final int AHEAD = 1 << 16;

  /**
   * How the output cells of one spatial axis read x: cell number q of {@code count} stands at
   * output index {@code first + q * step} and its tap t reads x at {@code q * stride + taps[t]},
   * multiplied by kernel cell {@code cells[t]}.
   */
  record Axis(
      long first, long step, long count, long stride, long[] taps, long[] cells, long length) {
    /** The output cells of a convolution. */
    static Axis of(Op.Conv op, int axis, long length, long window, long count) {
      long stride = op.strides().get(axis);
      long dilation = op.dilations().get(axis);
      long before = op.padding().before(axis, length, window, stride, dilation);
      long[] taps = new long[(int) window];
      long[] cells = new long[taps.length];
      for (int i = 0; i < taps.length; i++) {
        taps[i] = i * dilation - before;
        cells[i] = i;
      }
      return new Axis(0, 1, count, stride, taps, cells, length);
    }

    /**
     * The output cells of a transposed convolution; those that see the same kernel cells together.
     */
    static List<Axis> of(Op.ConvTranspose op, int axis, long length, long window, long count) {
      long stride = op.strides().get(axis);
      long cut = op.cut(axis, length, window);
      List<Axis> phases = new ArrayList<>();
      for (long phase = 0; phase < Math.min(stride, count); phase++) {
        long[] taps = new long[(int) window];
        long[] cells = new long[taps.length];
        int live = 0;
        for (long i = 0; i < window; i++) {
          long at = phase + cut - i * op.dilations().get(axis);
          if (Math.floorMod(at, stride) == 0) {
            taps[live] = Math.floorDiv(at, stride);
            cells[live++] = i;
          }
        }
        long there = (count - phase + stride - 1) / stride;
        phases.add(
            new Axis(
                phase,
                stride,
                there,
                1,
                Arrays.copyOf(taps, live),
                Arrays.copyOf(cells, live),
                length));
      }
      return phases;
    }
  }

  private final Tensor x;
  private final List<Axis> axes;
  private final int channels;
  private final long firstChannel;
  private final int cells;
  private final long rows;
  private final long[] strides;

  /** The patches of some neighbouring channels. */
  Patches(Tensor x, List<Axis> axes, long firstChannel, long channels) {
    this.x = x;
    this.axes = axes;
    this.firstChannel = firstChannel;
    this.channels = Math.toIntExact(channels);
    this.strides = x.shape().strides();
    long count = x.shape().dim(0);
    int taps = 1;
    for (Axis axis : axes) {
      count *= axis.count();
      taps *= axis.taps().length;
    }
    this.rows = count;
    this.cells = taps;
  }

  long rows() {
    return rows;
  }

  /** Live kernel cells per patch. */
  int cells() {
    return cells;
  }

  /**
   * Which cell of the kernel, in row-major order of its shape, a cell of the patch is multiplied
   * by.
   */
  long kernelCell(int cell, Shape kernel) {
    long index = 0;
    long stride = 1;
    int rest = cell;
    for (int i = axes.size() - 1; i >= 0; i--) {
      long[] all = axes.get(i).cells();
      index += all[rest % all.length] * stride;
      rest /= all.length;
      stride *= kernel.dim(i);
    }
    return index;
  }

  /** Which cell of the output, in row-major order of batch and space, a row computes. */
  long outputCell(long row, Shape output) {
    long index = 0;
    long stride = 1;
    long rest = row;
    for (int i = axes.size() - 1; i >= 0; i--) {
      Axis axis = axes.get(i);
      index += (axis.first() + rest % axis.count() * axis.step()) * stride;
      rest /= axis.count();
      stride *= output.dim(i + 1);
    }
    return index + rest * stride;
  }

  Reader reader() {
    return new Reader();
  }

  /** Reads patches, holding the part of x that neighbouring rows share. */
  final class Reader {
    private final long[] position = new long[axes.size() + 1];
    private double[] cache = {};
    private long cachedFrom;
    private int cachedCount;

    /** Reads a range of the columns of some rows. */
    void read(long row, int count, long column, int width, double[][] target) {
      prepare(row, count);
      for (int r = 0; r < count; r++) {
        locate(row + r);
        for (int done = 0; done < width; ) {
          long at = column + done;
          int run = (int) Math.min(width - done, channels - at % channels);
          long pixel = pixel((int) (at / channels));
          if (pixel < 0) {
            Arrays.fill(target[r], done, done + run, 0);
          } else {
            load(pixel + firstChannel + at % channels, target[r], done, run);
          }
          done += run;
        }
      }
    }

    /** Finds batch and number along every axis of a row. */
    private void locate(long row) {
      long rest = row;
      for (int i = axes.size(); i > 0; i--) {
        position[i] = rest % axes.get(i - 1).count();
        rest /= axes.get(i - 1).count();
      }
      position[0] = rest;
    }

    /**
     * The index in x of the first channel that a cell of the located row reads, or −1 outside x.
     */
    private long pixel(int cell) {
      long index = position[0] * strides[0];
      int rest = cell;
      for (int i = axes.size(); i > 0; i--) {
        Axis axis = axes.get(i - 1);
        long at = position[i] * axis.stride() + axis.taps()[rest % axis.taps().length];
        if (at < 0 || at >= axis.length()) {
          return -1;
        }
        index += at * strides[i];
        rest /= axis.taps().length;
      }
      return index;
    }

    private void load(long index, double[] target, int at, int count) {
      long from = index - cachedFrom;
      if (from >= 0 && from + count <= cachedCount) {
        System.arraycopy(cache, (int) from, target, at, count);
      } else {
        x.read(index, target, at, count);
      }
    }

    /**
     * Caches what the rows read, from the first plane of the first row to the last plane of the
     * last.
     */
    private void prepare(long row, int count) {
      if (axes.get(0).taps().length == 0 || x.size() == 0) {
        return;
      }
      locate(row);
      long from = plane(Arrays.stream(axes.get(0).taps()).min().getAsLong());
      locate(row + count - 1);
      long to = plane(Arrays.stream(axes.get(0).taps()).max().getAsLong()) + strides[1];
      if (to - from > CACHED || (from >= cachedFrom && to <= cachedFrom + cachedCount)) {
        return;
      }
      cachedFrom = from;
      cachedCount = (int) Math.min(Math.max(to - from, AHEAD), x.size() - from);
      if (cache.length < cachedCount) {
        cache = new double[cachedCount];
      }
      x.read(from, cache, 0, cachedCount);
    }

    private long plane(long tap) {
      Axis axis = axes.get(0);
      long at = Math.min(Math.max(position[1] * axis.stride() + tap, 0), axis.length() - 1);
      return position[0] * strides[0] + at * strides[1];
    }
  }
}
