package dev.keraunos.onnx.internal.lowering;

import dev.keraunos.tensor.DType;

/** The types in which operations are computed. */
final class Types {
  private Types() {}

  /**
   * The type in which a number is computed: 16 bits in float32, as Keras does and since processors
   * have few functions of them; whole numbers in 32 or 64 bits with a sign, which every runtime
   * has.
   */
  static DType work(DType dtype) {
    return switch (dtype) {
      case FLOAT16, BFLOAT16 -> DType.FLOAT32;
      case BOOL -> DType.INT32;
      case INT8, INT16, UINT8, UINT16, UINT32, UINT64 -> DType.INT64;
      default -> dtype;
    };
  }
}
