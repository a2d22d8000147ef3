package dev.keraunos.hdf5.internal.heap;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.btree.Btree2;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.file.Checksum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A fractal heap (HDF5 file format, III.G): what groups with many links, and objects with many
 * attributes, keep their messages in. Objects are found by the heap IDs of a version 2 B-tree.
 */
public final class FractalHeap {
  private static final int SIGNATURE_HEADER = 0x50485246;
  private static final int SIGNATURE_DIRECT = 0x42444846;
  private static final int SIGNATURE_INDIRECT = 0x42494846;
  private static final int HEADER_SIZE = 146;
  private static final int BLOCK_PREFIX = 13;
  private static final int CHECKSUMMED = 2;
  private static final int HUGE_OBJECTS = 1;
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
  private final int idBytes;
  private final long hugeObjects;
  private final boolean checksummed;
  private final Set<Long> checked = new HashSet<>();
  private final Map<Long, ByteBuffer> huge = new HashMap<>();

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
    Checksum.require(header, "a fractal heap");
    idBytes = header.getShort(5) & 0xffff;
    hugeObjects = header.getLong(22);
    checksummed = (header.get(9) & CHECKSUMMED) != 0;
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
    if (kind == 1) {
      return huge(id);
    }
    if (kind != 0) {
      throw Hdf5Exception.invalid("a heap ID of kind " + kind);
    }
    long offset = ByteSource.number(id, offsetBytes);
    long length = ByteSource.number(id, lengthBytes);
    return rootRows == 0
        ? inDirect(root, startSize, offset, length)
        : inIndirect(root, rootRows, offset, length, 0);
  }

  /** An object too large for the blocks: where it lies stands in a B-tree, or in the ID itself. */
  private ByteBuffer huge(ByteBuffer id) {
    if (idBytes > 2 * Long.BYTES) {
      return file.bytes(id.getLong(), id.getLong());
    }
    if (huge.isEmpty()) {
      Btree2.records(file, hugeObjects, HUGE_OBJECTS)
          .forEach(object -> huge.put(object.getLong(2 * Long.BYTES), object));
    }
    ByteBuffer found = huge.get(ByteSource.number(id, Math.min(idBytes - 1, Long.BYTES)));
    if (found != null) {
      return file.bytes(found.getLong(0), found.getLong(Long.BYTES));
    }
    throw Hdf5Exception.invalid("a huge object that its heap does not have");
  }

  private ByteBuffer inDirect(long address, long size, long offset, long length) {
    if (offset < 0 || length < 0 || offset > size || length > size - offset) {
      throw Hdf5Exception.invalid("a heap object outside its block");
    }
    if (checked.add(address)) {
      requireDirect(address, size);
    }
    return file.bytes(address + offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void requireDirect(long address, long size) {
    ByteBuffer block = file.bytes(address, size);
    if (block.getInt(0) != SIGNATURE_DIRECT) {
      throw Hdf5Exception.invalid("no direct block at " + address);
    }
    int at = BLOCK_PREFIX + offsetBytes;
    if (checksummed && block.getInt(at) != Checksum.of(block.duplicate().putInt(at, 0))) {
      throw Hdf5Exception.invalid("a direct block that does not match its checksum");
    }
  }

  /** Rows of blocks: the first two of the starting size, each further one twice the one before. */
  private ByteBuffer inIndirect(long address, int rows, long offset, long length, int nesting) {
    long pointers = Math.multiplyExact((long) rows * width, (long) Long.BYTES);
    int children = BLOCK_PREFIX + offsetBytes;
    ByteBuffer block = file.bytes(address, children + pointers + Checksum.BYTES);
    if (nesting > MAX_NESTING || block.getInt(0) != SIGNATURE_INDIRECT) {
      throw Hdf5Exception.invalid("no indirect block at " + address);
    }
    Checksum.require(block, "an indirect block");
    long rowStart = 0;
    for (int row = 0; row < rows; row++) {
      long size = Math.multiplyExact(startSize, 1L << Math.max(row - 1, 0));
      long rowEnd = Math.addExact(rowStart, Math.multiplyExact(size, (long) width));
      if (offset < rowEnd) {
        long column = (offset - rowStart) / size;
        long child = block.getLong(children + Long.BYTES * (row * width + (int) column));
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
