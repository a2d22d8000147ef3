package dev.keraunos.tensor;

import dev.keraunos.error.InputException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Element types, in the names of {@code keras.backend.standardize_dtype}. {@link #STRING} is one of
 * tensors alone: layers of text take it before a graph runs, and no graph holds it.
 */
public enum DType {
  /** One byte, 0 or 1. */
  BOOL(1, Family.BOOLEAN),
  /** With a sign, 8 bits. */
  INT8(1, Family.SIGNED),
  /** With a sign, 16 bits. */
  INT16(2, Family.SIGNED),
  /** With a sign, 32 bits. */
  INT32(4, Family.SIGNED),
  /** With a sign, 64 bits. */
  INT64(8, Family.SIGNED),
  /** Without a sign, 8 bits. */
  UINT8(1, Family.UNSIGNED),
  /** Without a sign, 16 bits. */
  UINT16(2, Family.UNSIGNED),
  /** Without a sign, 32 bits. */
  UINT32(4, Family.UNSIGNED),
  /** Without a sign, 64 bits. */
  UINT64(8, Family.UNSIGNED),
  /** IEEE 754 half precision. */
  FLOAT16(2, Family.FLOATING),
  /** The upper half of a float32. */
  BFLOAT16(2, Family.FLOATING),
  /** IEEE 754 single precision. */
  FLOAT32(4, Family.FLOATING),
  /** IEEE 754 double precision. */
  FLOAT64(8, Family.FLOATING),
  /** Texts, which lie on the heap; a byte of each element is not used. */
  STRING(1, Family.TEXT);

  private enum Family {
    BOOLEAN,
    SIGNED,
    UNSIGNED,
    FLOATING,
    TEXT
  }

  private final int bytes;
  private final Family family;

  DType(int bytes, Family family) {
    this.bytes = bytes;
    this.family = family;
  }

  /** Bytes per element. */
  public int bytes() {
    return bytes;
  }

  /** True for the floating point types. */
  public boolean isFloating() {
    return family == Family.FLOATING;
  }

  /** The least finite number of a floating type. */
  public double lowest() {
    return switch (this) {
      case FLOAT16 -> -65504;
      case BFLOAT16 -> -0x1.fep127;
      case FLOAT32 -> -Float.MAX_VALUE;
      case FLOAT64 -> -Double.MAX_VALUE;
      default -> throw new IllegalStateException(this + " is no floating type");
    };
  }

  /** True for signed and unsigned integers, false for {@link #BOOL}. */
  public boolean isInteger() {
    return family == Family.SIGNED || family == Family.UNSIGNED;
  }

  /** True for integers without a sign. */
  public boolean isUnsigned() {
    return family == Family.UNSIGNED;
  }

  /** The name Keras writes, such as {@code float32}. */
  public String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The type of a Keras name.
   *
   * @throws InputException if the name is none of Keras' types
   */
  public static DType of(String kerasName) {
    for (DType dtype : values()) {
      if (dtype.kerasName().equals(kerasName)) {
        return dtype;
      }
    }
    throw new InputException(
        "dtype '"
            + kerasName
            + "' is none of "
            + Arrays.stream(values()).map(DType::kerasName).toList());
  }

  /** The type two operands meet in, as {@code keras.backend.result_type}. */
  public static DType promote(DType x, DType y) {
    if (x == y) {
      return x;
    }
    if (x.isFloating() != y.isFloating()) {
      return x.isFloating() ? x : y;
    }
    if (x.isFloating()) {
      boolean halves = x.bytes() == 2 && y.bytes() == 2;
      return halves ? FLOAT32 : x.bytes() > y.bytes() ? x : y;
    }
    if (x == BOOL || y == BOOL) {
      return x == BOOL ? y : x;
    }
    if (x.isUnsigned() == y.isUnsigned()) {
      return x.bytes() > y.bytes() ? x : y;
    }
    DType signed = x.isUnsigned() ? y : x;
    DType unsigned = x.isUnsigned() ? x : y;
    if (unsigned == UINT64) {
      return FLOAT32;
    }
    return signed.bytes() > unsigned.bytes() ? signed : of("int" + 16 * unsigned.bytes());
  }

  @Override
  public String toString() {
    return kerasName();
  }
}
