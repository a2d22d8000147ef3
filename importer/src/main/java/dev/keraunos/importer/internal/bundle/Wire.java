package dev.keraunos.importer.internal.bundle;

import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.keras.ModelFileException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fields of a Protocol Buffers message, one after the other, as its wire format has them:
 *
 * <pre>{@code
 * while (message.next()) {
 *   switch (message.field()) {
 *     case 1 -> name = message.text();
 *     default -> message.skip();
 *   }
 * }
 * }</pre>
 */
final class Wire {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;
  private static final int LONGEST_VARINT = 10;

  private final String where;
  private final ByteBuffer in;
  private int field;
  private int type;

  /**
   * A message.
   *
   * @param where for errors
   */
  Wire(String where, ByteBuffer message) {
    this.where = where;
    this.in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Moves to the next field; false at the end. */
  boolean next() {
    if (!in.hasRemaining()) {
      return false;
    }
    long tag = varint(in, where);
    field = (int) (tag >>> 3);
    type = (int) (tag & 7);
    return true;
  }

  int field() {
    return field;
  }

  long number() {
    require(type == VARINT);
    return varint(in, where);
  }

  int fixed32() {
    require(type == FIXED_32 && in.remaining() >= Integer.BYTES);
    return in.getInt();
  }

  ByteBuffer bytes() {
    require(type == BYTES);
    long size = varint(in, where);
    require(size >= 0 && size <= in.remaining());
    ByteBuffer bytes = in.slice(in.position(), (int) size);
    in.position(in.position() + (int) size);
    return bytes;
  }

  Wire message() {
    return new Wire(where, bytes());
  }

  String text() {
    return StandardCharsets.UTF_8.decode(bytes()).toString();
  }

  /** A field of numbers, packed or one of several. */
  List<Long> numbers() {
    if (type == VARINT) {
      return List.of(number());
    }
    ByteBuffer packed = bytes();
    List<Long> numbers = new ArrayList<>();
    while (packed.hasRemaining()) {
      numbers.add(varint(packed, where));
    }
    return numbers;
  }

  /** The message in the first field of this number that is left, or an empty one. */
  Wire message(int wanted) {
    return new Wire(where, find(wanted) ? bytes() : ByteBuffer.allocate(0));
  }

  /** The text in the first field of this number that is left, or an empty one. */
  String text(int wanted) {
    return find(wanted) ? text() : "";
  }

  /** The number in the first field of this number that is left, or 0. */
  int number(int wanted) {
    return find(wanted) ? (int) number() : 0;
  }

  private boolean find(int wanted) {
    while (next()) {
      if (field == wanted) {
        return true;
      }
      skip();
    }
    return false;
  }

  void skip() {
    switch (type) {
      case VARINT -> number();
      case BYTES -> bytes();
      case FIXED_32 -> fixed32();
      case FIXED_64 -> {
        require(in.remaining() >= Long.BYTES);
        in.getLong();
      }
      default -> require(false);
    }
  }

  private void require(boolean fits) {
    if (!fits) {
      throw damaged(
          where, "field " + field + " of wire type " + type + " at byte " + in.position());
    }
  }

  static ModelFileException damaged(String where, String found) {
    return new ModelFileException(
        where, found, "what TensorFlow writes", "The file is damaged: fetch it again.");
  }

  /** A variable-length number at a buffer's position. */
  static long varint(ByteBuffer in, String where) {
    long value = 0;
    try {
      for (int shift = 0; shift < 7 * LONGEST_VARINT; shift += 7) {
        byte next = in.get();
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
    } catch (BufferUnderflowException e) {
      throw damaged(where, "a number that is cut off at byte " + in.position());
    }
    throw damaged(where, "a number of more than 64 bits at byte " + in.position());
  }

  /** The first field of a number in a message that may be too large for memory. */
  static Optional<ByteSource> find(ByteSource message, int wanted, String where) {
    long at = 0;
    while (at < message.size()) {
      ByteBuffer head = message.bytes(at, Math.min(message.size() - at, 2L * LONGEST_VARINT));
      long tag = varint(head, where);
      long size =
          switch ((int) (tag & 7)) {
            case VARINT -> {
              varint(head, where);
              yield 0;
            }
            case BYTES -> varint(head, where);
            case FIXED_32 -> Integer.BYTES;
            case FIXED_64 -> Long.BYTES;
            default -> throw damaged(where, "wire type " + (tag & 7) + " at byte " + at);
          };
      at += head.position();
      if (size < 0 || size > message.size() - at) {
        throw damaged(where, "a field of " + size + " bytes at byte " + at);
      }
      if (tag >>> 3 == wanted && (tag & 7) == BYTES) {
        return Optional.of(message.slice(at, size));
      }
      at += size;
    }
    return Optional.empty();
  }
}
