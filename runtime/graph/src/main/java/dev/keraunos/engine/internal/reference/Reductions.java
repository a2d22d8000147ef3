package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Reductions over any axes, and along one. */
final class Reductions {
  private Reductions() {}

  static void addTo(KernelTable table) {
    table.add(Op.Reduce.class, Reductions::reduce);
    table.add(Op.ArgReduce.class, Reductions::argReduce);
    table.add(Op.Cumulative.class, Reductions::cumulative);
    table.add(Op.TopK.class, Reductions::topK);
    table.add(Op.Sort.class, Reductions::sort);
  }

  static void reduce(Op.Reduce op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    if (x.dtype().isInteger() && op.kind() != ReduceKind.MEAN) {
      integers(op, x, out.get(0));
    } else {
      new Reduction(op, x, out.get(0)).run(workers);
    }
  }

  private static void integers(Op.Reduce op, Tensor x, Tensor y) {
    Shape kept = x.shape();
    for (int axis : op.axes()) {
      kept = kept.with(axis, 1);
    }
    long start = identity(op.kind(), x.dtype());
    for (long i = 0; i < y.size(); i++) {
      y.setLong(i, start);
    }
    Offsets target = Offsets.broadcast(kept, x.shape());
    for (long i = 0; i < x.size(); i++) {
      long at = target.at(i);
      y.setLong(at, fold(op.kind(), y.getLong(at), x.getLong(i)));
    }
  }

  private static long identity(ReduceKind kind, DType dtype) {
    long least = dtype.isUnsigned() ? 0 : -1L << (8 * dtype.bytes() - 1);
    return switch (kind) {
      case PROD -> 1;
      case MAX -> least;
      case MIN ->
          dtype.isUnsigned() && dtype.bytes() < 8 ? (1L << (8 * dtype.bytes())) - 1 : ~least;
      default -> 0;
    };
  }

  private static long fold(ReduceKind kind, long x, long y) {
    return switch (kind) {
      case PROD -> x * y;
      case MAX -> Math.max(x, y);
      case MIN -> Math.min(x, y);
      default -> x + y;
    };
  }

  static void argReduce(Op.ArgReduce op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    Lanes lanes = Lanes.of(x.shape(), op.axis());
    if (x.dtype().isFloating()) {
      lanes.forEach(
          x,
          workers,
          (lane, count, data) -> {
            for (int i = 0; !op.max() && i < count * lanes.length(); i++) {
              data[i] = -data[i];
            }
            int[] found = new int[count];
            for (int i = 0; i < count; i++) {
              found[i] = largest(data, i * lanes.length(), lanes.length(), op.signedZeros());
            }
            y.write(lane, found, 0, count);
          });
      return;
    }
    workers.split(
        lanes.count(),
        lanes.length(),
        (from, to) -> {
          for (long lane = from; lane < to; lane++) {
            y.setLong(lane, best(x, lanes, lane, op.max()));
          }
        });
  }

  /**
   * The index of the first of the largest elements; NaN is none of them. It is chosen without a
   * branch, which would be foreseen wrongly.
   *
   * @param signedZeros true if negative zero is less than the other
   */
  private static int largest(double[] data, int from, int length, boolean signedZeros) {
    int best = 0;
    for (int i = 1; i < length; i++) {
      best = data[from + i] > data[from + best] ? i : best;
    }
    double most = data[from + best];
    boolean found = most > Double.NEGATIVE_INFINITY && (most != 0 || !signedZeros);
    return found ? best : largestOfSpecial(data, from, length, signedZeros);
  }

  /** The same where the first may be NaN, and equal ones may differ in their sign. */
  private static int largestOfSpecial(double[] data, int from, int length, boolean signedZeros) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      double value = data[from + i];
      if (value > most) {
        best = i;
        most = value;
      }
    }
    boolean tied = most == Double.NEGATIVE_INFINITY || (most == 0 && signedZeros);
    return tied ? first(most + 0.0, data, from, length, best) : best;
  }

  /** The index of the first element of just this value. */
  private static int first(double value, double[] data, int from, int length, int otherwise) {
    for (int i = 0; i < length; i++) {
      if (Double.compare(data[from + i], value) == 0) {
        return i;
      }
    }
    return otherwise;
  }

  private static int best(Tensor x, Lanes lanes, long lane, boolean max) {
    int best = 0;
    long bestKey = Long.MIN_VALUE;
    for (int i = 0; i < lanes.length(); i++) {
      long key = Order.key(x, lanes.index(lane, i));
      if ((max ? key : ~key) > bestKey) {
        best = i;
        bestKey = max ? key : ~key;
      }
    }
    return best;
  }

  static void cumulative(Op.Cumulative op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    Lanes lanes = Lanes.of(x.shape(), op.axis());
    if (x.dtype().isInteger()) {
      for (long lane = 0; lane < lanes.count(); lane++) {
        for (int i = 0; i < lanes.length(); i++) {
          long at = lanes.index(lane, i);
          long next = x.getLong(at);
          y.setLong(at, i == 0 ? next : fold(op.kind(), y.getLong(lanes.index(lane, i - 1)), next));
        }
      }
      return;
    }
    lanes.forEach(
        x,
        workers,
        (lane, count, data) -> {
          for (int i = 0; i < count * lanes.length(); i++) {
            if (i % lanes.length() > 0) {
              data[i] = Reduction.fold(op.kind(), data[i - 1], data[i]);
            }
          }
          lanes.write(y, lane, count, data);
        });
  }

  static void topK(Op.TopK op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    ordered(x, Lanes.of(x.shape(), x.shape().rank() - 1), true, op.k(), out, workers);
  }

  static void sort(Op.Sort op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Lanes lanes = Lanes.of(in.get(0).shape(), op.axis());
    ordered(in.get(0), lanes, op.descending(), lanes.length(), out, workers);
  }

  private static void ordered(
      Tensor x, Lanes lanes, boolean descending, int kept, List<Tensor> out, Workers workers) {
    Lanes results = new Lanes(lanes.outer(), kept, lanes.inner());
    workers.split(
        lanes.count(),
        16.0 * lanes.length(),
        (from, to) -> {
          long[] keys = new long[lanes.length()];
          for (long lane = from; lane < to; lane++) {
            for (int i = 0; i < keys.length; i++) {
              long key = Order.key(x, lanes.index(lane, i));
              keys[i] = descending ? ~key : key;
            }
            int[] order = Order.stable(keys);
            for (int i = 0; i < kept; i++) {
              long at = results.index(lane, i);
              out.get(0).copyFrom(at, x, lanes.index(lane, order[i]), 1);
              out.get(1).setLong(at, order[i]);
            }
          }
        });
  }

  /** A reduction of floating point or bool elements, accumulated in double. */
  private static final class Reduction {
    private static final int BLOCK = 4096;

    /**
     * Narrow rows are folded this many elements at a time, so that the sums are independent of each
     * other.
     */
    private static final int WIDTH = 256;

    private final ReduceKind kind;
    private final Tensor x;
    private final Tensor y;
    private final Offsets kept;
    private final Offsets reduced;
    private long rows = 1;
    private long columns = 1;

    /**
     * Splits the axes into an innermost contiguous matrix, reduced over its rows, and those around
     * it.
     */
    Reduction(Op.Reduce op, Tensor x, Tensor y) {
      this.kind = op.kind();
      this.x = x;
      this.y = y;
      int axis = x.shape().rank() - 1;
      for (; axis >= 0 && !op.axes().contains(axis); axis--) {
        columns *= x.shape().dim(axis);
      }
      for (; axis >= 0 && op.axes().contains(axis); axis--) {
        rows *= x.shape().dim(axis);
      }
      this.kept = outer(op, axis, false);
      this.reduced = outer(op, axis, true);
    }

    /** The axes up to one that are, or are not, reduced. */
    private Offsets outer(Op.Reduce op, int last, boolean reduced) {
      long[] strides = x.shape().strides();
      int[] axes =
          IntStream.rangeClosed(0, last).filter(i -> op.axes().contains(i) == reduced).toArray();
      return Offsets.of(
          Arrays.stream(axes).mapToLong(i -> x.shape().dim(i)).toArray(),
          Arrays.stream(axes).mapToLong(i -> strides[i]).toArray());
    }

    void run(Workers workers) {
      long blocks = (columns + BLOCK - 1) / BLOCK;
      long width = Math.min(columns, BLOCK);
      workers.split(
          kept.size() * blocks,
          (double) reduced.size() * rows * width,
          (from, to) -> {
            int lanes = (int) Math.max(1, WIDTH / Math.max(columns, 1));
            double[] sums = new double[Math.toIntExact(lanes * width)];
            double[] buffer =
                new double[Math.max(1, BLOCK / Math.max(1, sums.length)) * sums.length];
            for (long i = from; i < to; i++) {
              block(i / blocks, i % blocks * BLOCK, lanes, sums, buffer);
            }
          });
    }

    private void block(long group, long column, int lanes, double[] sums, double[] buffer) {
      int width = (int) Math.min(BLOCK, columns - column);
      Arrays.fill(sums, identity());
      long base = kept.at(group) + column;
      for (long i = 0; i < reduced.size(); i++) {
        long start = base + reduced.at(i);
        if (width == columns) {
          contiguous(start, rows * columns, width * lanes, sums, buffer);
        } else {
          for (long row = 0; row < rows; row++) {
            contiguous(start + row * columns, width, width, sums, buffer);
          }
        }
      }
      for (int i = width; i < width * lanes; i++) {
        sums[i % width] = fold(kind, sums[i % width], sums[i]);
      }
      for (int i = 0; kind == ReduceKind.MEAN && i < width; i++) {
        sums[i] /= (double) rows * reduced.size();
      }
      y.write(group * columns + column, sums, 0, width);
    }

    private void contiguous(long start, long count, int width, double[] sums, double[] buffer) {
      int most = Math.max(1, buffer.length / width) * width;
      for (long done = 0; done < count; done += most) {
        int n = (int) Math.min(most, count - done);
        x.read(start + done, buffer, 0, n);
        for (int i = 0; i < n; i += width) {
          fold(sums, buffer, i, Math.min(width, n - i));
        }
      }
    }

    private double identity() {
      return switch (kind) {
        case PROD -> 1;
        case MAX -> Double.NEGATIVE_INFINITY;
        case MIN -> Double.POSITIVE_INFINITY;
        case ALL -> 1;
        default -> 0;
      };
    }

    private void fold(double[] sums, double[] x, int from, int n) {
      switch (kind) {
        case SUM, MEAN -> {
          for (int i = 0; i < n; i++) {
            sums[i] += x[from + i];
          }
        }
        case PROD -> {
          for (int i = 0; i < n; i++) {
            sums[i] *= x[from + i];
          }
        }
        case MAX, ANY -> {
          for (int i = 0; i < n; i++) {
            sums[i] = Math.max(sums[i], x[from + i]);
          }
        }
        case MIN, ALL -> {
          for (int i = 0; i < n; i++) {
            sums[i] = Math.min(sums[i], x[from + i]);
          }
        }
      }
    }

    static double fold(ReduceKind kind, double x, double y) {
      return switch (kind) {
        case PROD -> x * y;
        case MAX, ANY -> Math.max(x, y);
        case MIN, ALL -> Math.min(x, y);
        default -> x + y;
      };
    }
  }
}
