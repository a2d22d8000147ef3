package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Pooling and resizing of (batch, spatial..., channels), one spatial axis after the other. */
final class Resampling {
  private static final int BLOCK = 4096;

  private Resampling() {}

  static void addTo(KernelTable table) {
    table.add(Op.Pool.class, Resampling::pool);
    table.add(Op.AdaptivePool.class, Resampling::adaptivePool);
    table.add(Op.Resize.class, Resampling::resize);
  }

  static void pool(Op.Pool op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Taps[] taps = new Taps[op.size().size()];
    for (int i = 0; i < taps.length; i++) {
      long length = in.get(0).shape().dim(i + 1);
      long window = op.size().get(i);
      long stride = op.strides().get(i);
      long before = op.padding().before(i, length, window, stride, 1);
      Taps axis = new Taps(Math.toIntExact(out.get(0).shape().dim(i + 1)));
      for (int j = 0; j < axis.count(); j++) {
        long from = j * stride - before;
        axis.mean(j, Math.max(from, 0), Math.min(from + window, length));
      }
      taps[i] = axis;
    }
    run(in.get(0), taps, op.max(), out.get(0), workers);
  }

  static void adaptivePool(Op.AdaptivePool op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Taps[] taps = new Taps[op.outputSize().size()];
    for (int i = 0; i < taps.length; i++) {
      long length = in.get(0).shape().dim(i + 1);
      int count = op.outputSize().get(i);
      taps[i] = new Taps(count);
      for (int j = 0; j < count; j++) {
        taps[i].mean(j, j * length / count, ((j + 1) * length + count - 1) / count);
      }
    }
    run(in.get(0), taps, op.max(), out.get(0), workers);
  }

  static void resize(Op.Resize op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    Taps[] taps = new Taps[2];
    for (int i = 0; i < 2; i++) {
      taps[i] =
          ResizeKernels.taps(
              op.interpolation(), op.antialias(), x.shape().dim(i + 1), y.shape().dim(i + 1));
    }
    run(x, taps, false, y, workers);
  }

  /** Resamples every spatial axis; what lies between two axes is kept in double precision. */
  private static void run(Tensor x, Taps[] taps, boolean max, Tensor y, Workers workers) {
    Tensor source = x;
    double start = max ? leastMaximum(y.dtype()) : 0;
    for (int i = 0; i < taps.length; i++) {
      Shape shape = source.shape().with(i + 1, taps[i].count());
      boolean last = i == taps.length - 1;
      Tensor target = last ? y : Tensor.allocate(DType.FLOAT64, shape);
      along(source, i + 1, taps[i], max, start, target, workers);
      if (source != x) {
        source.close();
      }
      source = target;
    }
  }

  /** What TensorFlow starts from: the least number, in bfloat16 what that of float32 rounds to. */
  private static double leastMaximum(DType dtype) {
    boolean least = dtype.isFloating() && dtype != DType.BFLOAT16;
    return least ? dtype.lowest() : Double.NEGATIVE_INFINITY;
  }

  private static void along(
      Tensor x, int axis, Taps taps, boolean max, double start, Tensor y, Workers workers) {
    long length = x.shape().dim(axis);
    long inner = x.shape().size(axis + 1, x.shape().rank());
    int width = (int) Math.min(BLOCK, inner);
    workers.split(
        x.shape().size(0, axis) * taps.count(),
        inner * 4.0,
        (from, to) -> {
          double[] sums = new double[width];
          double[] run = new double[width];
          for (long row = from; row < to; row++) {
            int i = (int) (row % taps.count());
            long source = (row / taps.count() * length + taps.first[i]) * inner;
            for (long at = 0; at < inner; at += BLOCK) {
              int n = (int) Math.min(BLOCK, inner - at);
              Arrays.fill(sums, 0, n, start);
              for (int j = 0; j < taps.weights[i].length; j++) {
                x.read(source + j * inner + at, run, 0, n);
                fold(sums, run, n, max, taps.weights[i][j]);
              }
              y.write(row * inner + at, sums, 0, n);
            }
          }
        });
  }

  private static void fold(double[] sums, double[] run, int n, boolean max, double weight) {
    if (max) {
      for (int i = 0; i < n; i++) {
        if (run[i] > sums[i]) {
          sums[i] = run[i];
        }
      }
    } else {
      for (int i = 0; i < n; i++) {
        sums[i] += run[i] * weight;
      }
    }
  }

  /** Which neighbouring cells of an axis every output cell reads, with their weights. */
  static final class Taps {
    private final long[] first;
    private final double[][] weights;

    Taps(int count) {
      this.first = new long[count];
      this.weights = new double[count][];
    }

    int count() {
      return first.length;
    }

    void set(int output, long from, double... weights) {
      this.first[output] = from;
      this.weights[output] = weights;
    }

    /** Equal weights from one cell up to, not including, another. */
    void mean(int output, long from, long to) {
      double[] equal = new double[(int) (to - from)];
      Arrays.fill(equal, 1.0 / equal.length);
      set(output, from, equal);
    }
  }
}
