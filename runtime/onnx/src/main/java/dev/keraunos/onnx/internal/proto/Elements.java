package dev.keraunos.onnx.internal.proto;

import dev.keraunos.tensor.DType;
import java.util.Arrays;

/** Element types by the numbers of {@code TensorProto.DataType}, which ONNX Runtime has too. */
public final class Elements {
  private Elements() {}

  public static int code(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case UINT16 -> 4;
      case INT16 -> 5;
      case INT32 -> 6;
      case INT64 -> 7;
      case STRING -> 8;
      case BOOL -> 9;
      case FLOAT16 -> 10;
      case FLOAT64 -> 11;
      case UINT32 -> 12;
      case UINT64 -> 13;
      case BFLOAT16 -> 16;
    };
  }

  /** The type of a number. */
  public static DType of(int code) {
    return Arrays.stream(DType.values())
        .filter(dtype -> code(dtype) == code)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("elements of type " + code));
  }
}
