package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import java.util.function.BinaryOperator;

/** Products and means in the types that Keras gives them where integers go in. */
public final class IntegerArithmetic {
  private IntegerArithmetic() {}

  /**
   * A matrix product of two tensors. Keras 3 computes that of integers in float32 and limits it to
   * their type; pairs of int8 give int32.
   */
  public static Value product(Value x, Value y, Dialect dialect, BinaryOperator<Value> product) {
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

  /** A mean; TensorFlow leaves that of integers in their type. */
  public static Value mean(Value x, Dialect dialect, boolean keepDims, int... axes) {
    boolean truncates = x.dtype().isInteger() && dialect.has(Quirk.MEANS_OF_INTEGERS_TRUNCATE);
    return truncates
        ? Ops.truncatedMean(x, keepDims, axes)
        : Ops.reduce(ReduceKind.MEAN, x, keepDims, axes);
  }
}
