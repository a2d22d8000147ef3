package dev.keraunos.engine.internal.reference;

import dev.keraunos.tensor.Tensor;
import java.util.Arrays;

/** Copies elements between tensors that advance differently along common axes. */
final class Strided {
  private final Tensor from;
  private final Tensor to;
  private final long fromStart;
  private final long toStart;
  private final long[] dims;
  private final long[] fromStrides;
  private final long[] toStrides;

  private Strided(Tensor from, long fromStart, Tensor to, long toStart, int rank) {
    this.from = from;
    this.to = to;
    this.fromStart = fromStart;
    this.toStart = toStart;
    this.dims = new long[rank];
    this.fromStrides = new long[rank];
    this.toStrides = new long[rank];
  }

  /**
   * Copies {@code dims} elements.
   *
   * @param fromStart the index of the first element read
   * @param toStart the index of the first element written
   */
  static void copy(
      long[] dims,
      Tensor from,
      long fromStart,
      long[] fromStrides,
      Tensor to,
      long toStart,
      long[] toStrides,
      Workers workers) {
    if (Arrays.stream(dims).anyMatch(d -> d == 0)) {
      return;
    }
    int kept = 0;
    Strided merged = new Strided(from, fromStart, to, toStart, dims.length + 1);
    for (int i = 0; i < dims.length; i++) {
      if (kept > 0
          && merged.fromStrides[kept - 1] == fromStrides[i] * dims[i]
          && merged.toStrides[kept - 1] == toStrides[i] * dims[i]) {
        kept--;
        merged.set(kept, merged.dims[kept] * dims[i], fromStrides[i], toStrides[i]);
        kept++;
      } else if (dims[i] != 1) {
        merged.set(kept++, dims[i], fromStrides[i], toStrides[i]);
      }
    }
    if (kept == 0) {
      merged.set(kept++, 1, 1, 1);
    }
    merged.run(kept, workers);
  }

  private void set(int axis, long dim, long fromStride, long toStride) {
    dims[axis] = dim;
    fromStrides[axis] = fromStride;
    toStrides[axis] = toStride;
  }

  private void run(int rank, Workers workers) {
    int last = rank - 1;
    long rows = 1;
    for (int i = 0; i < last; i++) {
      rows *= dims[i];
    }
    workers.split(
        rows,
        dims[last],
        (first, end) -> {
          for (long row = first; row < end; row++) {
            long rest = row;
            long source = fromStart;
            long target = toStart;
            for (int i = last - 1; i >= 0; i--) {
              source += rest % dims[i] * fromStrides[i];
              target += rest % dims[i] * toStrides[i];
              rest /= dims[i];
            }
            to.copyFrom(target, toStrides[last], from, source, fromStrides[last], dims[last]);
          }
        });
  }
}
