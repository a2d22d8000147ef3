package dev.keraunos.engine.internal.reference;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;

/** A tensor broadcast to a larger shape, read in the order of that shape. */
final class Operand {
  private static final int CACHED = 1 << 16;

  private final Tensor tensor;
  private final Offsets offsets;
  private final double[] cache;

  Operand(Tensor tensor, Shape result) {
    this.tensor = tensor;
    this.offsets = Offsets.broadcast(tensor.shape(), result);
    boolean cached = !offsets.isIdentity() && tensor.size() <= CACHED;
    this.cache = cached ? tensor.toDoubleArray() : null;
  }

  /** The element at a position of the result. */
  long getLong(long position) {
    return tensor.getLong(offsets.at(position));
  }

  /** Reads the elements from a position of the result on. */
  void read(long start, double[] target, int count) {
    if (offsets.isIdentity()) {
      tensor.read(start, target, 0, count);
      return;
    }
    runs(
        start,
        count,
        (from, at, run) -> {
          if (offsets.step() == 0) {
            double value = cache == null ? tensor.getDouble(from) : cache[(int) from];
            Arrays.fill(target, at, at + run, value);
          } else if (cache != null) {
            System.arraycopy(cache, (int) from, target, at, run);
          } else {
            tensor.read(from, target, at, run);
          }
        });
  }

  /** The same as float32. */
  void read(long start, float[] target, int count) {
    if (offsets.isIdentity()) {
      tensor.read(start, target, 0, count);
      return;
    }
    runs(
        start,
        count,
        (from, at, run) -> {
          if (offsets.step() == 0) {
            double value = cache == null ? tensor.getDouble(from) : cache[(int) from];
            Arrays.fill(target, at, at + run, (float) value);
          } else {
            tensor.read(from, target, at, run);
          }
        });
  }

  /** Elements that are neighbours or one. */
  private interface Run {
    void take(long from, int at, int length);
  }

  private void runs(long start, int count, Run body) {
    long at = start % offsets.run();
    for (int done = 0; done < count; at = 0) {
      int run = (int) Math.min(offsets.run() - at, count - done);
      body.take(offsets.at(start + done), done, run);
      done += run;
    }
  }
}
