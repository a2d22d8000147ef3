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
      return Ops.cast(product.apply(x, y), dtype);
    }
    if (x.dtype() == DType.INT8 && y.dtype() == DType.INT8) {
      return product.apply(x, y);
    }
    Value result = product.apply(Ops.cast(x, DType.FLOAT32), Ops.cast(y, DType.FLOAT32));
    return dtype == DType.BOOL ? Ops.cast(result, dtype) : Ops.saturateCast(result, dtype);
  }

  /** A function of two operands of any types; Keras 3 knows none of uint64. */
  static Value pair(Value x, Value y, Dialect dialect, BinaryOperator<Value> function) {
    boolean narrows = DType.promote(x.dtype(), y.dtype()) == DType.UINT64;
    return narrows ? function.apply(narrow(x, dialect), narrow(y, dialect)) : function.apply(x, y);
  }

  /** An operand beside others, as Keras 3 takes it. */
  public static Value narrow(Value x, Dialect dialect) {
    boolean narrows = x.dtype() == DType.UINT64 && dialect.has(Quirk.UINT64_MEETS_IN_UINT32);
    return narrows ? Ops.cast(x, DType.UINT32) : x;
  }

  /** A mean; TensorFlow leaves that of integers in their type. */
  public static Value mean(Value x, Dialect dialect, boolean keepDims, int... axes) {
    boolean truncates = x.dtype().isInteger() && dialect.has(Quirk.MEANS_OF_INTEGERS_TRUNCATE);
    return truncates
        ? Ops.truncatedMean(x, keepDims, axes)
        : Ops.reduce(ReduceKind.MEAN, x, keepDims, axes);
  }
}
