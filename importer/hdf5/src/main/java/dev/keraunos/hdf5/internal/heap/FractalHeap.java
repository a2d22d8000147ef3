package dev.keraunos.hdf5.internal.heap;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A fractal heap (HDF5 file format, III.G): what groups with many links, and objects with many
 * attributes, keep their messages in. Objects are found by the heap IDs of a version 2 B-tree.
 */
public final class FractalHeap {
  private static final int SIGNATURE_HEADER = 0x50485246;
  private static final int SIGNATURE_DIRECT = 0x42444846;
  private static final int SIGNATURE_INDIRECT = 0x42494846;
  private static final int HEADER_SIZE = 144;
  private static final int MAX_HEAP_BITS = 64;
  private static final int MAX_ROWS = 64;
  private static final int MAX_NESTING = 16;

  private final ByteSource file;
  private final int offsetBytes;
  private final int lengthBytes;
  private final int width;
  private final long startSize;
  private final int directRows;
  private final long root;
  private final int rootRows;

  /**
   * Reads the header of the heap at an address.
   *
   * @throws Hdf5Exception if there is none, or its objects are filtered
   */
  public FractalHeap(ByteSource file, long address) {
    this.file = file;
    ByteBuffer header = file.bytes(address, HEADER_SIZE);
    int maxBits = header.getShort(128) & 0xffff;
    width = header.getShort(110) & 0xffff;
    startSize = header.getLong(112);
    long maxDirect = header.getLong(120);
    root = header.getLong(132);
    rootRows = header.getShort(140) & 0xffff;
    long maxManaged = header.getInt(10) & 0xffffffffL;
    boolean filtered = header.getShort(7) != 0;
    if (header.getInt(0) != SIGNATURE_HEADER
        || header.get(4) != 0
        || filtered
        || maxBits == 0
        || maxBits > MAX_HEAP_BITS
        || width == 0
        || rootRows > MAX_ROWS
        || Long.bitCount(startSize) != 1
        || Long.bitCount(maxDirect) != 1
        || maxDirect < startSize) {
      throw Hdf5Exception.invalid("no plain fractal heap at " + address);
    }
    offsetBytes = (maxBits + 7) / 8;
    lengthBytes = Math.min((log2(maxDirect) + 7) / 8, log2(Math.max(maxManaged, 1)) / 8 + 1);
    directRows = log2(maxDirect) - log2(startSize) + 2;
  }

  private static int log2(long value) {
    return 63 - Long.numberOfLeadingZeros(value);
  }

  /**
   * The object of a heap ID.
   *
   * @throws Hdf5Exception if it does not lie in a block of the heap
   */
  public ByteBuffer object(ByteBuffer id) {
    int kind = (id.get() >>> 4) & 3;
    if (kind == 2) {
      throw Hdf5Exception.invalid("an object inside its heap ID");
    }
    if (kind != 0) {
      throw Hdf5Exception.invalid("a huge object in a fractal heap");
    }
    long offset = number(id, offsetBytes);
    long length = number(id, lengthBytes);
    return rootRows == 0
        ? inDirect(root, startSize, offset, length)
        : inIndirect(root, rootRows, offset, length, 0);
  }

  private static long number(ByteBuffer in, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (in.get() & 0xffL) << (8 * i);
    }
    return value;
  }

  private ByteBuffer inDirect(long address, long size, long offset, long length) {
    if (offset < 0 || length < 0 || offset > size || length > size - offset) {
      throw Hdf5Exception.invalid("a heap object outside its block");
    }
    if (file.bytes(address, 4).getInt() != SIGNATURE_DIRECT) {
      throw Hdf5Exception.invalid("no direct block at " + address);
    }
    return file.bytes(address + offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Rows of blocks: the first two of the starting size, each further one twice the one before. */
  private ByteBuffer inIndirect(long address, int rows, long offset, long length, int nesting) {
    if (nesting > MAX_NESTING || file.bytes(address, 4).getInt() != SIGNATURE_INDIRECT) {
      throw Hdf5Exception.invalid("no indirect block at " + address);
    }
    long children = address + 4 + 1 + 8 + offsetBytes;
    long rowStart = 0;
    for (int row = 0; row < rows; row++) {
      long size = Math.multiplyExact(startSize, 1L << Math.max(row - 1, 0));
      long rowEnd = Math.addExact(rowStart, Math.multiplyExact(size, (long) width));
      if (offset < rowEnd) {
        long column = (offset - rowStart) / size;
        long child = file.bytes(children + 8 * ((long) row * width + column), 8).getLong();
        long within = offset - rowStart - column * size;
        return row < directRows
            ? inDirect(child, size, within, length)
            : inIndirect(
                child, log2(size) - log2(startSize * width) + 1, within, length, nesting + 1);
      }
      rowStart = rowEnd;
    }
    throw Hdf5Exception.invalid("a heap object outside its heap");
  }
}
