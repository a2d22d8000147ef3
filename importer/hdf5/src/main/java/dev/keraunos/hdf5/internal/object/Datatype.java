package dev.keraunos.hdf5.internal.object;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A datatype message (HDF5 file format, IV.A.2.d).
 *
 * @param kind numbers, one of two forms of text, or what is not read
 * @param size bytes per element in the file
 * @param dtype for numbers only
 * @param bigEndian for numbers only
 * @param padding for fixed-length text only: 0 ends at a NUL, 1 is padded with NULs, 2 with spaces
 * @param description for error messages
 */
public record Datatype(
    Kind kind,
    int size,
    Optional<DType> dtype,
    boolean bigEndian,
    int padding,
    String description) {

  /** What can be read of a type. */
  public enum Kind {
    NUMBER,
    FIXED_TEXT,
    VARIABLE_TEXT,
    UNSUPPORTED
  }

  private static final int MAX_NESTING = 8;

  /** The bytes of a float that its message describes, and which of our types it is. */
  private record FloatForm(
      int size,
      int sign,
      int exponentAt,
      int exponentBits,
      int mantissaBits,
      long bias,
      DType dtype) {}

  private static final List<FloatForm> FLOATS =
      List.of(
          new FloatForm(2, 15, 10, 5, 10, 15, DType.FLOAT16),
          new FloatForm(2, 15, 7, 8, 7, 127, DType.BFLOAT16),
          new FloatForm(4, 31, 23, 8, 23, 127, DType.FLOAT32),
          new FloatForm(8, 63, 52, 11, 52, 1023, DType.FLOAT64));

  /**
   * Reads a message from the buffer's position on.
   *
   * @throws Hdf5Exception if it is damaged; a type that is not read is of {@link Kind#UNSUPPORTED}
   */
  public static Datatype read(ByteBuffer in) {
    return read(in, 0);
  }

  private static Datatype read(ByteBuffer in, int nesting) {
    if (nesting > MAX_NESTING) {
      throw Hdf5Exception.invalid("datatypes nested more than " + MAX_NESTING + " deep");
    }
    int head = in.getInt();
    int type = head & 0xf;
    int version = head >>> 4 & 0xf;
    int bits = head >>> 8;
    int size = in.getInt();
    if (version < 1 || version > 4 || size <= 0) {
      throw Hdf5Exception.invalid("datatype version " + version + " of size " + size);
    }
    return switch (type) {
      case 0 -> fixedPoint(in, bits, size);
      case 1 -> floatingPoint(in, bits, size);
      case 2 -> unsupported("time values", size);
      case 3 -> text(Kind.FIXED_TEXT, size, bits & 0xf);
      case 4 -> unsupported("bit fields", size);
      case 5 -> opaque(in, bits, size);
      case 6 -> unsupported("compound values", size);
      case 7 -> unsupported("references", size);
      case 8 -> enumeration(in, bits, size, version, nesting);
      case 9 -> variableLength(in, bits, size, nesting);
      case 10 -> unsupported("array values", size);
      default -> throw Hdf5Exception.invalid("datatype class " + type);
    };
  }

  private static Datatype variableLength(ByteBuffer in, int bits, int size, int nesting) {
    Datatype base = read(in, nesting + 1);
    if ((bits & 0xf) != 1) {
      return unsupported("variable-length sequences", size);
    }
    if (base.size != 1 || base.kind == Kind.UNSUPPORTED || base.kind == Kind.VARIABLE_TEXT) {
      throw Hdf5Exception.invalid("text of " + base.description);
    }
    return text(Kind.VARIABLE_TEXT, size, 0);
  }

  private static Datatype number(DType dtype, int size, boolean bigEndian) {
    return new Datatype(
        Kind.NUMBER, size, Optional.of(dtype), bigEndian, 0, dtype.name().toLowerCase(Locale.ROOT));
  }

  private static Datatype text(Kind kind, int size, int padding) {
    if (kind == Kind.VARIABLE_TEXT && size != 16) {
      throw Hdf5Exception.invalid("variable-length text of size " + size);
    }
    return new Datatype(kind, size, Optional.empty(), false, padding, "text");
  }

  private static Datatype unsupported(String what, int size) {
    return new Datatype(Kind.UNSUPPORTED, size, Optional.empty(), false, 0, what);
  }

  private static Datatype fixedPoint(ByteBuffer in, int bits, int size) {
    int offset = in.getShort() & 0xffff;
    int precision = in.getShort() & 0xffff;
    if (offset != 0 || precision != 8 * size) {
      return unsupported(precision + "-bit integers", size);
    }
    boolean signed = (bits & 8) != 0;
    DType dtype =
        switch (size) {
          case 1 -> signed ? DType.INT8 : DType.UINT8;
          case 2 -> signed ? DType.INT16 : DType.UINT16;
          case 4 -> signed ? DType.INT32 : DType.UINT32;
          case 8 -> signed ? DType.INT64 : DType.UINT64;
          default -> null;
        };
    return dtype == null
        ? unsupported(size + "-byte integers", size)
        : number(dtype, size, (bits & 1) != 0);
  }

  private static Datatype floatingPoint(ByteBuffer in, int bits, int size) {
    int offset = in.getShort() & 0xffff;
    int precision = in.getShort() & 0xffff;
    int exponentAt = in.get() & 0xff;
    int exponentBits = in.get() & 0xff;
    int mantissaAt = in.get() & 0xff;
    int mantissaBits = in.get() & 0xff;
    long bias = in.getInt() & 0xffffffffL;
    int sign = bits >>> 8 & 0xff;
    boolean plain =
        (bits & 0x7e) == 0x20 && offset == 0 && precision == 8 * size && mantissaAt == 0;
    FloatForm form = new FloatForm(size, sign, exponentAt, exponentBits, mantissaBits, bias, null);
    for (FloatForm known : FLOATS) {
      FloatForm untyped =
          new FloatForm(
              known.size,
              known.sign,
              known.exponentAt,
              known.exponentBits,
              known.mantissaBits,
              known.bias,
              null);
      if (plain && untyped.equals(form)) {
        return number(known.dtype, size, (bits & 1) != 0);
      }
    }
    return unsupported("floats of an unknown form (" + size + " bytes)", size);
  }

  /** bfloat16 as h5py writes it, which has no such type: two opaque bytes, with an empty tag. */
  private static Datatype opaque(ByteBuffer in, int bits, int size) {
    byte[] tag = new byte[bits & 0xff];
    in.get(tag);
    return size == 2
        ? number(DType.BFLOAT16, 2, false)
        : unsupported("opaque values of " + size + " bytes", size);
  }

  /** h5py's bool: an enumeration of int8 with FALSE and TRUE. */
  private static Datatype enumeration(ByteBuffer in, int bits, int size, int version, int nesting) {
    Datatype base = read(in, nesting + 1);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < (bits & 0xffff); i++) {
      int start = in.position();
      while (in.get() != 0) {}
      byte[] name = new byte[in.position() - start - 1];
      in.get(start, name);
      names.add(new String(name, StandardCharsets.UTF_8));
      if (version < 3) {
        in.position(start + (name.length + 8) / 8 * 8);
      }
    }
    byte[] values = new byte[Math.multiplyExact(names.size(), size)];
    in.get(values);
    boolean bool =
        size == 1
            && base.size == 1
            && base.dtype.equals(Optional.of(DType.INT8))
            && names.equals(List.of("FALSE", "TRUE"))
            && values[0] == 0
            && values[1] == 1;
    return bool ? number(DType.BOOL, 1, false) : unsupported("the enumeration " + names, size);
  }
}
