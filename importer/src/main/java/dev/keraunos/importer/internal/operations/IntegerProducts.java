package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import java.util.function.BinaryOperator;

/**
 * Products of integers as {@code keras.ops} computes them: in float32, and limited to their type.
 */
public final class IntegerProducts {
  private IntegerProducts() {}

  /** A product of two tensors; pairs of int8 give int32. */
  public static Value apply(Value x, Value y, Dialect dialect, BinaryOperator<Value> product) {
    DType dtype = DType.promote(x.dtype(), y.dtype());
    if (dtype.isFloating() || !dialect.has(Quirk.MULTIPLIES_INTEGERS_IN_FLOAT32)) {
      return product.apply(x, y);
    }
    if (x.dtype() == DType.INT8 && y.dtype() == DType.INT8) {
      return product.apply(Ops.cast(x, DType.INT32), Ops.cast(y, DType.INT32));
    }
    Value result = product.apply(Ops.cast(x, DType.FLOAT32), Ops.cast(y, DType.FLOAT32));
    return dtype == DType.BOOL ? Ops.cast(result, dtype) : Ops.saturateCast(result, dtype);
  }
}
