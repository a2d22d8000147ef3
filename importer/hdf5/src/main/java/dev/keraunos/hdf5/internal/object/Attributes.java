package dev.keraunos.hdf5.internal.object;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.heap.GlobalHeap;
import dev.keraunos.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Attribute messages (HDF5 file format, IV.A.2.m). Texts are UTF-8 whatever the character set tag
 * says.
 */
public final class Attributes {
  /** Flags of a type or a space that is shared with other objects. */
  private static final int SHARED = 3;

  private final GlobalHeap heap;

  public Attributes(ByteSource file) {
    heap = new GlobalHeap(file);
  }

  /**
   * Adds the attribute of a message: its elements as texts, by its name. One of another kind than
   * number or text is left out: Keras writes none.
   *
   * @throws Hdf5Exception if it is damaged, or there is one already
   */
  public void read(ByteBuffer in, Map<String, List<String>> attributes) {
    int version = in.get();
    int flags = in.get();
    if (version < 1 || version > 3 || (flags & ~SHARED) != 0) {
      throw Hdf5Exception.invalid("an attribute of version " + version + ", flags " + flags);
    }
    int nameSize = in.getShort() & 0xffff;
    int typeSize = in.getShort() & 0xffff;
    int spaceSize = in.getShort() & 0xffff;
    if (version == 3) {
      in.get();
    }
    int padding = version == 1 ? 8 : 1;
    ByteBuffer nameBytes = part(in, nameSize, padding);
    if (version > 1 && flags != 0) {
      return; // its type is another object of the file
    }
    Datatype type = Datatype.read(part(in, typeSize, padding));
    Dataspace space = Dataspace.read(part(in, spaceSize, padding));
    if (nameSize == 0 || nameBytes.get(nameSize - 1) != 0) {
      throw Hdf5Exception.invalid("an attribute name without an end");
    }
    String name = trim(nameBytes, 0);
    if (type.kind() == Datatype.Kind.UNSUPPORTED) {
      return;
    }
    ByteBuffer data = part(in, Math.toIntExact(space.bytes(type)), 1);
    if (attributes.put(name, values(type, (int) space.elements(), data)) != null) {
      throw Hdf5Exception.invalid("two attributes named '" + name + "'");
    }
  }

  private static ByteBuffer part(ByteBuffer in, int size, int padding) {
    int start = in.position();
    ByteBuffer part = in.slice(start, size).order(ByteOrder.LITTLE_ENDIAN);
    in.position(Math.min(in.limit(), start + (size + padding - 1) / padding * padding));
    return part;
  }

  private List<String> values(Datatype type, int count, ByteBuffer data) {
    List<String> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ByteBuffer element = data.slice(i * type.size(), type.size()).order(ByteOrder.LITTLE_ENDIAN);
      values.add(
          switch (type.kind()) {
            case FIXED_TEXT -> trim(element, type.padding());
            case VARIABLE_TEXT -> heap.text(element);
            case NUMBER -> number(type, element);
            case UNSUPPORTED -> throw new IllegalArgumentException(type.description());
          });
    }
    return values;
  }

  /**
   * A fixed-length text without its padding: 0 ends at a NUL, 1 is padded with NULs, 2 with spaces.
   */
  private static String trim(ByteBuffer text, int padding) {
    byte[] bytes = new byte[text.remaining()];
    text.get(text.position(), bytes);
    int end = bytes.length;
    if (padding == 0) {
      end = 0;
      while (end < bytes.length && bytes[end] != 0) {
        end++;
      }
    } else {
      byte fill = (byte) (padding == 1 ? 0 : ' ');
      while (end > 0 && bytes[end - 1] == fill) {
        end--;
      }
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private static String number(Datatype type, ByteBuffer element) {
    element.order(type.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    DType dtype = type.dtype().orElseThrow();
    return switch (dtype) {
      case BOOL, INT8 -> Byte.toString(element.get());
      case UINT8 -> Integer.toString(element.get() & 0xff);
      case INT16 -> Short.toString(element.getShort());
      case UINT16 -> Integer.toString(element.getShort() & 0xffff);
      case INT32 -> Integer.toString(element.getInt());
      case UINT32 -> Integer.toUnsignedString(element.getInt());
      case INT64 -> Long.toString(element.getLong());
      case UINT64 -> Long.toUnsignedString(element.getLong());
      case FLOAT32 -> Float.toString(element.getFloat());
      case FLOAT64 -> Double.toString(element.getDouble());
      case FLOAT16, BFLOAT16 -> "0x" + Integer.toHexString(element.getShort() & 0xffff);
      case STRING -> throw new IllegalStateException("no number: " + type);
    };
  }
}
