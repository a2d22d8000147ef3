package dev.keraunos.importer.archive;

import dev.keraunos.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Attribute messages (HDF5 file format, IV.A.2.m) and the global heap that holds their
 * variable-length texts (III.E). Texts are UTF-8 whatever the character set tag says.
 */
final class Hdf5Attributes {
  private static final int SIGNATURE_GCOL = 0x4c4f4347;

  private final ByteSource file;
  private final Map<Long, Map<Integer, long[]>> collections = new HashMap<>();
  private long textBytes;

  Hdf5Attributes(ByteSource file) {
    this.file = file;
  }

  /** Adds the attribute of a message. */
  void read(ByteBuffer in, Map<String, List<String>> attributes) {
    int version = in.get();
    int flags = in.get();
    if (version < 1 || version > 3 || (version > 1 && flags != 0)) {
      throw new IllegalArgumentException("an attribute of version " + version + ", flags " + flags);
    }
    int nameSize = in.getShort() & 0xffff;
    int typeSize = in.getShort() & 0xffff;
    int spaceSize = in.getShort() & 0xffff;
    if (version == 3) {
      in.get();
    }
    int padding = version == 1 ? 8 : 1;
    ByteBuffer nameBytes = part(in, nameSize, padding);
    Hdf5Datatype type = Hdf5Datatype.read(part(in, typeSize, padding));
    Hdf5Dataspace space = Hdf5Dataspace.read(part(in, spaceSize, padding));
    if (nameSize == 0 || nameBytes.get(nameSize - 1) != 0) {
      throw new IllegalArgumentException("an attribute name without an end");
    }
    String name = trim(nameBytes, 0);
    ByteBuffer data = part(in, Math.toIntExact(space.bytes(type)), 1);
    if (attributes.put(name, values(name, type, (int) space.elements(), data)) != null) {
      throw new IllegalArgumentException("two attributes named '" + name + "'");
    }
  }

  private static ByteBuffer part(ByteBuffer in, int size, int padding) {
    int start = in.position();
    ByteBuffer part = in.slice(start, size).order(ByteOrder.LITTLE_ENDIAN);
    in.position(Math.min(in.limit(), start + (size + padding - 1) / padding * padding));
    return part;
  }

  private List<String> values(String name, Hdf5Datatype type, int count, ByteBuffer data) {
    List<String> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ByteBuffer element = data.slice(i * type.size(), type.size()).order(ByteOrder.LITTLE_ENDIAN);
      values.add(
          switch (type.kind()) {
            case FIXED_TEXT -> trim(element, type.padding());
            case VARIABLE_TEXT -> global(element);
            case NUMBER -> number(type, element);
            case UNSUPPORTED ->
                throw new IllegalArgumentException(
                    "attribute '" + name + "' of " + type.description());
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

  private static String number(Hdf5Datatype type, ByteBuffer element) {
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
    };
  }

  /** A text in the global heap: length, collection address, index. */
  private String global(ByteBuffer reference) {
    long length = reference.getInt() & 0xffffffffL;
    long address = reference.getLong();
    int index = reference.getInt();
    if (length == 0) {
      return "";
    }
    long[] object = collections.computeIfAbsent(address, this::collection).get(index);
    textBytes = Math.addExact(textBytes, length);
    if (object == null || length > object[1] || textBytes > 2 * file.size()) {
      throw new IllegalArgumentException("a text of " + length + " bytes outside the global heap");
    }
    String text = file.text(object[0], length);
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == 0) {
      end--;
    }
    return text.substring(0, end);
  }

  /** Position and size of each object in a collection. */
  private Map<Integer, long[]> collection(long address) {
    ByteBuffer header = file.bytes(address, 16);
    long size = header.getLong(8);
    if (header.getInt(0) != SIGNATURE_GCOL || header.get(4) != 1 || !file.contains(address, size)) {
      throw new IllegalArgumentException("no global heap collection at " + address);
    }
    Map<Integer, long[]> objects = new HashMap<>();
    long at = 16;
    while (size - at >= 16) {
      ByteBuffer object = file.bytes(address + at, 16);
      int index = object.getShort(0) & 0xffff;
      long length = object.getLong(8);
      if (index == 0) { // free space to the end
        break;
      }
      if (length < 0 || length > size - at - 16) {
        throw new IllegalArgumentException("a global heap object of " + length + " bytes");
      }
      objects.put(index, new long[] {address + at + 16, length});
      at += 16 + (length + 7) / 8 * 8;
    }
    return objects;
  }
}
