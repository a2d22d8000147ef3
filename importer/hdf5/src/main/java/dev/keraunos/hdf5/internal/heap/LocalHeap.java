package dev.keraunos.hdf5.internal.heap;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A local heap (HDF5 file format, III.D): where a group keeps the names of its links. */
public final class LocalHeap {
  private static final int SIGNATURE = 0x50414548;
  private static final int HEADER_SIZE = 32;
  private static final long NO_FREE_BLOCK = 1;

  private final ByteBuffer data;

  private LocalHeap(ByteBuffer data) {
    this.data = data;
  }

  /**
   * Reads the heap at an address and checks its free list.
   *
   * @throws Hdf5Exception if there is none, or its free list leaves it
   */
  public static LocalHeap read(ByteSource file, long address) {
    ByteBuffer header = file.bytes(address, HEADER_SIZE);
    if (header.getInt() != SIGNATURE || header.get() != 0) {
      throw Hdf5Exception.invalid("no local heap at " + address);
    }
    long size = header.getLong(8);
    ByteBuffer data = file.bytes(header.getLong(24), size);
    long free = header.getLong(16);
    for (long blocks = 0; free != NO_FREE_BLOCK && free != Superblock.UNDEFINED; blocks++) {
      if (free < 0 || free > size - 16 || blocks > size / 16) {
        throw Hdf5Exception.invalid("a local heap whose free list leaves it");
      }
      long length = data.getLong((int) free + 8);
      if (length < 16 || length > size - free) {
        throw Hdf5Exception.invalid("a local heap with an impossible free block");
      }
      free = data.getLong((int) free);
    }
    return new LocalHeap(data);
  }

  /**
   * The link name at an offset, up to its NUL.
   *
   * @throws Hdf5Exception if the offset lies outside
   */
  public String name(long offset) {
    if (offset < 0 || offset >= data.limit()) {
      throw Hdf5Exception.invalid("a link name outside its heap");
    }
    int end = (int) offset;
    while (data.get(end) != 0) {
      end++;
    }
    byte[] name = new byte[end - (int) offset];
    data.get((int) offset, name);
    return new String(name, StandardCharsets.UTF_8);
  }
}
