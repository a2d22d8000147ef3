package dev.keraunos.hdf5.internal.index;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.btree.Btree1Node;
import dev.keraunos.hdf5.internal.btree.Btree2;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import dev.keraunos.tensor.Shape;
import java.nio.ByteBuffer;

/** Chunks in B-trees (HDF5 file format, III.A), whose entries say where in the dataset they lie. */
final class ChunkTree {
  private static final int PLAIN_RECORDS = 10;
  private static final int FILTERED_RECORDS = 11;

  private ChunkTree() {}

  /** Offsets are in elements. */
  static void readVersion1(ChunkIndex index, long address, int k) {
    node(index, address, Btree1Node.ROOT, k);
  }

  private static void node(ChunkIndex index, long address, int level, int k) {
    index.visit(address);
    int rank = index.dataset().chunk().rank();
    int keySize = 8 + 8 * (rank + 1);
    Btree1Node node =
        Btree1Node.read(index.file(), address, Btree1Node.Kind.CHUNK, level, k, keySize);
    for (int i = 0; i < node.used(); i++) {
      int key = Btree1Node.FIRST_KEY + i * (keySize + 8);
      long child = node.bytes().getLong(key + keySize);
      if (node.level() > 0) {
        node(index, child, node.level() - 1, k);
      } else {
        int size = node.bytes().getInt(key);
        int unapplied = node.bytes().getInt(key + 4);
        index.add(offset(node.bytes().position(key + 8), rank), child, size, unapplied);
      }
    }
  }

  /** Offsets are in chunks. */
  static void readVersion2(ChunkIndex index, ByteBuffer layout) {
    layout.position(layout.position() + 6); // its settings once more
    long address = layout.getLong();
    if (address == Superblock.UNDEFINED) {
      return;
    }
    int kind = index.dataset().filtered() ? FILTERED_RECORDS : PLAIN_RECORDS;
    Shape chunk = index.dataset().chunk();
    for (ByteBuffer record : Btree2.records(index.file(), address, kind)) {
      index.entry(
          record,
          () -> {
            long[] offset = offset(record, chunk.rank()).toArray();
            for (int axis = 0; axis < offset.length; axis++) {
              offset[axis] = Math.multiplyExact(offset[axis], chunk.dim(axis));
            }
            return Shape.of(offset);
          });
    }
  }

  private static Shape offset(ByteBuffer in, int rank) {
    long[] offset = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      offset[axis] = in.getLong();
      if (offset[axis] < 0) {
        throw Hdf5Exception.invalid("a chunk outside its dataset");
      }
    }
    return Shape.of(offset);
  }
}
