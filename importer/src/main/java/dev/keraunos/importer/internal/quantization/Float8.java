package dev.keraunos.importer.internal.quantization;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;

/**
 * Rounding to float8_e4m3fn, by operations that are exact: {@code quantize_and_dequantize} of Keras
 * 3 (quantizers/quantizers.py).
 */
final class Float8 {
  private static final double MOST = 448;

  /** Below this exponent numbers lie as close as at it. */
  private static final int LEAST_EXPONENT = -6;

  private static final int MANTISSA = 3;

  private Float8() {}

  /** x as the nearest multiples of a scale that float8 has. */
  static Value quantizeAndDequantize(Value x, Value scale) {
    Value limited = Ops.clip(Ops.divide(x, scale), -MOST, MOST);
    return Ops.multiply(Ops.cast(round(Ops.cast(limited, DType.FLOAT32)), x.dtype()), scale);
  }

  /**
   * Rounds to even among numbers of four binary digits. Where the logarithm errs, at a power of
   * two, both steps give the same.
   */
  private static Value round(Value x) {
    Value exponent = Ops.floor(Ops.log2(Ops.maximum(Ops.abs(x), Math.scalb(1.0, LEAST_EXPONENT))));
    Value place = Ops.subtract(Ops.cast(exponent, DType.INT32), LEAST_EXPONENT);
    Value power = Ops.cast(Ops.leftShift(Ops.onesLike(place), place), DType.FLOAT32);
    Value step = Ops.multiply(power, Math.scalb(1.0, LEAST_EXPONENT - MANTISSA));
    return Ops.multiply(Ops.round(Ops.divide(x, step)), step);
  }
}
