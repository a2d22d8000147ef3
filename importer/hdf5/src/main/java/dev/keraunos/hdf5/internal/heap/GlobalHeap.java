package dev.keraunos.hdf5.internal.heap;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The global heap (HDF5 file format, III.E): collections that hold texts of variable length. Texts
 * are UTF-8 whatever the character set tag says.
 */
public final class GlobalHeap {
  private static final int SIGNATURE = 0x4c4f4347;
  private static final int HEADER_SIZE = 16;

  private final ByteSource file;
  private final Map<Long, Map<Integer, long[]>> collections = new HashMap<>();
  private long textBytes;

  public GlobalHeap(ByteSource file) {
    this.file = file;
  }

  /**
   * A text.
   *
   * @param reference its length, the collection's address and the index in it, 16 bytes
   * @throws Hdf5Exception if it lies outside, or all texts together claim more than twice the file
   */
  public String text(ByteBuffer reference) {
    long length = reference.getInt() & 0xffffffffL;
    long address = reference.getLong();
    int index = reference.getInt();
    if (length == 0) {
      return "";
    }
    long[] object = collections.computeIfAbsent(address, this::collection).get(index);
    textBytes = Math.addExact(textBytes, length);
    if (object == null || length > object[1] || textBytes > 2 * file.size()) {
      throw Hdf5Exception.invalid("a text of " + length + " bytes outside the global heap");
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
    ByteBuffer header = file.bytes(address, HEADER_SIZE);
    long size = header.getLong(8);
    if (header.getInt(0) != SIGNATURE || header.get(4) != 1 || !file.contains(address, size)) {
      throw Hdf5Exception.invalid("no global heap collection at " + address);
    }
    Map<Integer, long[]> objects = new HashMap<>();
    long at = HEADER_SIZE;
    while (size - at >= HEADER_SIZE) {
      ByteBuffer object = file.bytes(address + at, HEADER_SIZE);
      int index = object.getShort(0) & 0xffff;
      long length = object.getLong(8);
      if (index == 0) { // free space to the end
        break;
      }
      if (length < 0 || length > size - at - HEADER_SIZE) {
        throw Hdf5Exception.invalid("a global heap object of " + length + " bytes");
      }
      objects.put(index, new long[] {address + at + HEADER_SIZE, length});
      at += HEADER_SIZE + (length + 7) / 8 * 8;
    }
    return objects;
  }
}
