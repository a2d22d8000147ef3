package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Operations in which every element depends on all elements of its lane. */
final class Normalisation {
  /** How many float32 elements Eigen takes at once. */
  private static final int PACKET = 8;

  private Normalisation() {}

  static void addTo(KernelTable table) {
    table.add(Op.Softmax.class, Normalisation::softmax);
    table.add(Op.Standardize.class, Normalisation::standardize);
  }

  /** Changes a lane in place. */
  private interface Change {
    void apply(double[] data, int from, int to);
  }

  static void softmax(Op.Softmax op, List<Tensor> in, List<Tensor> out, Workers workers) {
    boolean wide = in.get(0).dtype() == DType.FLOAT64;
    Change logarithm = (data, from, to) -> logSoftmax(data, from, to, wide);
    Change change = op.log() ? logarithm : Normalisation::softmax;
    run(in.get(0), op.axes(), out.get(0), change, workers);
  }

  static void standardize(Op.Standardize op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Change change = (data, from, to) -> standardize(data, from, to, op.epsilon());
    run(in.get(0), op.axes(), out.get(0), change, workers);
  }

  private static void run(Tensor x, List<Integer> axes, Tensor y, Change change, Workers workers) {
    List<Integer> sorted = axes.stream().sorted().collect(Collectors.toList());
    int first = sorted.isEmpty() ? 0 : sorted.get(0);
    if (sorted.isEmpty() || sorted.get(sorted.size() - 1) == first + sorted.size() - 1) {
      Lanes lanes = Lanes.of(x.shape(), first, first + sorted.size() - 1);
      lanes.forEach(
          x,
          workers,
          (lane, count, data) -> {
            for (int i = 0; i < count; i++) {
              change.apply(data, i * lanes.length(), (i + 1) * lanes.length());
            }
            lanes.write(y, lane, count, data);
          });
      return;
    }
    moved(x, sorted, y, change, workers);
  }

  /** Brings axes that lie apart together at the end. */
  private static void moved(
      Tensor x, List<Integer> axes, Tensor y, Change change, Workers workers) {
    int rank = x.shape().rank();
    List<Integer> there = new ArrayList<>();
    IntStream.range(0, rank).filter(i -> !axes.contains(i)).forEach(there::add);
    there.addAll(axes);
    List<Integer> back =
        IntStream.range(0, rank).map(there::indexOf).boxed().collect(Collectors.toList());
    List<Integer> last =
        IntStream.range(rank - axes.size(), rank).boxed().collect(Collectors.toList());
    Shape shape = Shape.of(there.stream().mapToLong(x.shape()::dim).toArray());
    try (Tensor near = Tensor.allocate(x.dtype(), shape);
        Tensor changed = Tensor.allocate(x.dtype(), shape)) {
      Movement.transpose(x, there, near, workers);
      run(near, last, changed, change, workers);
      Movement.transpose(changed, back, y, workers);
    }
  }

  private static void softmax(double[] data, int from, int to) {
    double top = max(data, from, to);
    double sum = 0;
    for (int i = from; i < to; i++) {
      data[i] = Math.exp(data[i] - top);
      sum += data[i];
    }
    for (int i = from; i < to; i++) {
      data[i] /= sum;
    }
  }

  /**
   * Near 1 all digits of the sum's logarithm depend on how float32 rounds, so that short lanes are
   * added as Eigen adds what does not fill a packet: one after the other.
   */
  private static void logSoftmax(double[] data, int from, int to, boolean wide) {
    boolean rounds = !wide && to - from < PACKET;
    double top = max(data, from, to);
    double sum = 0;
    for (int i = from; i < to; i++) {
      data[i] -= top;
      double part = Math.exp(data[i]);
      sum = rounds ? (float) sum + (float) part : sum + part;
    }
    double log = Math.log(wide ? sum : (float) sum);
    for (int i = from; i < to; i++) {
      data[i] -= log;
    }
  }

  private static double max(double[] data, int from, int to) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, data[i]);
    }
    return max;
  }

  private static void standardize(double[] data, int from, int to, double epsilon) {
    double mean = 0;
    for (int i = from; i < to; i++) {
      mean += data[i];
    }
    mean /= to - from;
    double variance = 0;
    for (int i = from; i < to; i++) {
      data[i] -= mean;
      variance += data[i] * data[i];
    }
    double scale = 1 / Math.sqrt(variance / (to - from) + epsilon);
    for (int i = from; i < to; i++) {
      data[i] *= scale;
    }
  }
}
