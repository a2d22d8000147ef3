package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** The buckets of whole numbers written in decimal; bools are {@code true} and {@code false}. */
record DecimalHash(Buckets buckets) implements Op.Call.Function {
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
    Tensor x = in.get(0);
    Tensor y = Tensor.allocate(DType.INT64, x.shape());
    for (long i = 0; i < x.size(); i++) {
      y.setLong(i, buckets.of(decimal(x.dtype(), x.getLong(i))));
    }
    return y;
  }

  private static String decimal(DType type, long value) {
    if (type == DType.BOOL) {
      return String.valueOf(value != 0);
    }
    return type == DType.UINT64 ? Long.toUnsignedString(value) : Long.toString(value);
  }
}
