package dev.keraunos.hdf5.internal.btree;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import java.nio.ByteBuffer;

/**
 * A node of a version 1 B-tree (HDF5 file format, III.A.1).
 *
 * @param level 0 for a leaf
 * @param used how many children it has
 * @param bytes all of it, positioned at the first key
 */
public record Btree1Node(int level, int used, ByteBuffer bytes) {
  /** The level to ask for at the root of a tree, which says its own. */
  public static final int ROOT = -1;

  /** Where the first key lies in a node. */
  public static final int FIRST_KEY = 24;

  /** What a tree indexes; the order is that of the format's numbers. */
  public enum Kind {
    GROUP,
    CHUNK
  }

  private static final int SIGNATURE = 0x45455254;
  private static final int MAX_CHUNK_LEVEL = 32;
  private static final int CHILD_SIZE = 8;

  /**
   * Reads a node.
   *
   * @param level what its level must be, or {@link #ROOT}
   * @param k half the most children a node may have
   * @param keySize the bytes of a key
   * @throws Hdf5Exception if there is no such node
   */
  public static Btree1Node read(
      ByteSource file, long address, Kind kind, int level, int k, int keySize) {
    long size = FIRST_KEY + (2L * k + 1) * keySize + 2L * k * CHILD_SIZE;
    ByteBuffer node = file.bytes(address, size);
    int signature = node.getInt();
    int type = node.get();
    int ownLevel = node.get() & 0xff;
    int used = node.getShort() & 0xffff;
    boolean expected = level == ROOT ? isPossible(kind, ownLevel) : ownLevel == level;
    if (signature != SIGNATURE || type != kind.ordinal() || !expected || used > 2 * k) {
      String what = kind == Kind.GROUP ? "group" : "chunk";
      throw Hdf5Exception.invalid("no " + what + " B-tree node at " + address);
    }
    return new Btree1Node(ownLevel, used, node.position(FIRST_KEY));
  }

  private static boolean isPossible(Kind kind, int level) {
    return kind == Kind.GROUP || level <= MAX_CHUNK_LEVEL;
  }
}
