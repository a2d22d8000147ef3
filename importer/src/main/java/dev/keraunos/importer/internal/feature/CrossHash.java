package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * The buckets of several features together, {@code tf.sparse.cross_hashed}: fingerprints one behind
 * the other, that of a whole number being itself.
 */
record CrossHash(long buckets) implements Op.Call.Function {
  private static final long KEY = 0xDECAFCAFFEL;

  @Override
  public TensorType type(List<TensorType> in) {
    return new TensorType(DType.INT64, in.get(0).shape());
  }

  @Override
  public int alignedAxes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Tensor apply(List<Tensor> in) {
    Tensor y = Tensor.allocate(DType.INT64, in.get(0).shape());
    for (long i = 0; i < y.size(); i++) {
      long hash = KEY;
      for (Tensor x : in) {
        hash = Fingerprint.concatenate(hash, x.getLong(i));
      }
      y.setLong(i, Long.remainderUnsigned(hash, buckets));
    }
    return y;
  }
}
