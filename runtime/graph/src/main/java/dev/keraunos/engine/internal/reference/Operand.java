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
    long at = start % offsets.run();
    for (int done = 0; done < count; at = 0) {
      int run = (int) Math.min(offsets.run() - at, count - done);
      long from = offsets.at(start + done);
      if (offsets.step() == 0) {
        Arrays.fill(
            target, done, done + run, cache == null ? tensor.getDouble(from) : cache[(int) from]);
      } else if (cache != null) {
        System.arraycopy(cache, (int) from, target, done, run);
      } else {
        tensor.read(from, target, done, run);
      }
      done += run;
    }
  }
}
