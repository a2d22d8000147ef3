package dev.keraunos.engine.internal.reference;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;

/**
 * The lines of a tensor along neighbouring axes: {@code outer * inner} lanes of {@code length}
 * elements, {@code inner} apart. Lanes are numbered in row-major order of the other axes.
 */
record Lanes(long outer, int length, long inner) {
  private static final int BLOCK = 1 << 14;

  static Lanes of(Shape shape, int firstAxis, int lastAxis) {
    return new Lanes(
        shape.size(0, firstAxis),
        Math.toIntExact(shape.size(firstAxis, lastAxis + 1)),
        shape.size(lastAxis + 1, shape.rank()));
  }

  static Lanes of(Shape shape, int axis) {
    return of(shape, axis, axis);
  }

  long count() {
    return outer * inner;
  }

  /** The index in the tensor of an element of a lane. */
  long index(long lane, long element) {
    return (lane / inner * length + element) * inner + lane % inner;
  }

  /** What to do with some lanes, one after the other in {@code data}. */
  interface Body {
    void run(long lane, int count, double[] data);
  }

  /** Calls a body for all lanes, several at a time. */
  void forEach(Tensor x, Workers workers, Body body) {
    if (length == 0) {
      return;
    }
    workers.split(
        count(),
        4.0 * length,
        (from, to) -> {
          int most = (int) Math.min(to - from, Math.max(1, BLOCK / length));
          double[] data = new double[most * length];
          double[] run = new double[inner == 1 ? 0 : most];
          for (long lane = from; lane < to; ) {
            long left = inner == 1 ? to - lane : Math.min(to - lane, inner - lane % inner);
            int count = (int) Math.min(most, left);
            read(x, lane, count, data, run);
            body.run(lane, count, data);
            lane += count;
          }
        });
  }

  private void read(Tensor x, long lane, int count, double[] data, double[] run) {
    if (inner == 1) {
      x.read(lane * length, data, 0, count * length);
      return;
    }
    for (int i = 0; i < length; i++) {
      x.read(index(lane, i), run, 0, count);
      for (int j = 0; j < count; j++) {
        data[j * length + i] = run[j];
      }
    }
  }

  /**
   * Writes lanes that lie one after the other in {@code data}; all are of the same outer index
   * unless inner is 1.
   */
  void write(Tensor y, long lane, int count, double[] data) {
    if (inner == 1) {
      y.write(lane * length, data, 0, count * length);
      return;
    }
    double[] run = new double[count];
    for (int i = 0; i < length; i++) {
      for (int j = 0; j < count; j++) {
        run[j] = data[j * length + i];
      }
      y.write(index(lane, i), run, 0, count);
    }
  }
}
