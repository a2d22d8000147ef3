package dev.keraunos.hdf5.internal.btree;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.file.Checksum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The records of a version 2 B-tree (HDF5 file format, III.A.2), in order. */
public final class Btree2 {
  private static final int SIGNATURE_HEADER = 0x44485442;
  private static final int SIGNATURE_INTERNAL = 0x4e495442;
  private static final int SIGNATURE_LEAF = 0x464c5442;
  private static final int HEADER_SIZE = 38;
  private static final int NODE_PREFIX = 6;
  private static final int MAX_DEPTH = 16;

  private final ByteSource file;
  private final int nodeSize;
  private final int recordSize;
  private final int countBytes;
  private final int[] totalBytes;
  private final Set<Long> visited = new HashSet<>();
  private final List<ByteBuffer> records = new ArrayList<>();

  private Btree2(ByteSource file, ByteBuffer header) {
    this.file = file;
    nodeSize = header.getInt(6);
    recordSize = header.getShort(10) & 0xffff;
    int depth = header.getShort(12) & 0xffff;
    int perLeaf = nodeSize <= 0 || recordSize == 0 ? 0 : capacity(nodeSize, recordSize);
    if (perLeaf < 1 || depth > MAX_DEPTH || nodeSize > file.size()) {
      throw Hdf5Exception.invalid("a B-tree with impossible settings");
    }
    countBytes = bytesFor(perLeaf);
    totalBytes = new int[depth + 1];
    long total = perLeaf;
    for (int level = 1; level <= depth; level++) {
      int pointer = 8 + countBytes + totalBytes[level - 1];
      long perNode = capacity(nodeSize - pointer, recordSize + pointer);
      total = Math.addExact(Math.multiplyExact(perNode + 1, total), perNode);
      totalBytes[level] = bytesFor(total);
    }
  }

  private static int capacity(int size, int record) {
    return (size - NODE_PREFIX - Checksum.BYTES) / record;
  }

  private static int bytesFor(long value) {
    return (63 - Long.numberOfLeadingZeros(Math.max(value, 1))) / 8 + 1;
  }

  /**
   * All records.
   *
   * @param type what kind of tree it must be, in the format's numbers
   * @throws Hdf5Exception if there is no such tree, or it is damaged
   */
  public static List<ByteBuffer> records(ByteSource file, long address, int type) {
    ByteBuffer header = file.bytes(address, HEADER_SIZE);
    Checksum.require(header, "a B-tree");
    if (header.getInt(0) != SIGNATURE_HEADER || header.get(4) != 0 || header.get(5) != type) {
      throw Hdf5Exception.invalid("no B-tree of kind " + type + " at " + address);
    }
    Btree2 tree = new Btree2(file, header);
    int depth = header.getShort(12) & 0xffff;
    int count = header.getShort(24) & 0xffff;
    if (count > 0) {
      tree.node(header.getLong(16), depth, count);
    }
    if (tree.records.size() != header.getLong(26)) {
      throw Hdf5Exception.invalid("a B-tree with a wrong number of records");
    }
    return tree.records;
  }

  private void node(long address, int level, int count) {
    ByteBuffer node = file.bytes(address, nodeSize);
    int signature = level == 0 ? SIGNATURE_LEAF : SIGNATURE_INTERNAL;
    if (!visited.add(address) || node.getInt() != signature) {
      throw Hdf5Exception.invalid("no B-tree node at " + address);
    }
    int children = NODE_PREFIX + count * recordSize;
    int pointer = 8 + countBytes + (level > 1 ? totalBytes[level - 1] : 0);
    int end = children + (level > 0 ? (count + 1) * pointer : 0);
    Checksum.require(node.duplicate().limit(end + Checksum.BYTES), "a B-tree node");
    for (int i = 0; i <= count; i++) {
      if (level > 0) {
        node.position(children + i * pointer);
        long child = node.getLong();
        node(child, level - 1, (int) ByteSource.number(node, countBytes));
      }
      if (i < count) {
        int at = NODE_PREFIX + i * recordSize;
        records.add(node.slice(at, recordSize).order(ByteOrder.LITTLE_ENDIAN));
      }
    }
  }
}
