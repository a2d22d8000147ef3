package dev.keraunos.importer.archive;

import dev.keraunos.importer.ModelFileException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where the data of datasets lies and how much it claims to be: layout, filters, fill values. */
final class Hdf5Storage {
  private static final int SIGNATURE_TREE = 0x45455254;
  private static final int COMPACT = 0;
  private static final int CONTIGUOUS = 1;
  private static final int CHUNKED = 2;
  private static final int DEFLATE = 1;
  private static final int SHUFFLE = 2;
  private static final int FLETCHER32 = 3;
  private static final int MAX_FILTERS = 32;
  private static final int MAX_TREE_LEVEL = 32;

  private final ByteSource file;
  private final Hdf5Superblock superblock;
  private final Set<Long> visited = new HashSet<>();
  private long claimed;

  Hdf5Storage(ByteSource file, Hdf5Superblock superblock) {
    this.file = file;
    this.superblock = superblock;
  }

  /** True if the data can be read without unpacking. */
  boolean isPlain(ByteBuffer layout, List<Integer> filters) {
    return layout.get(1) != CHUNKED && filters.isEmpty();
  }

  /** Checks that a dataset's data is in the file and that it claims no more than is there. */
  Hdf5Object.Data data(
      Hdf5Datatype type, Hdf5Dataspace space, ByteBuffer layout, List<Integer> filters) {
    if (type == null || space == null) {
      throw new IllegalArgumentException("a dataset without a type or a shape");
    }
    if (type.kind() != Hdf5Datatype.Kind.NUMBER) {
      throw new ModelFileException(
          "",
          "a dataset of " + type.description(),
          "8 to 64-bit integers, 16 to 64-bit floats, bfloat16 and bool",
          "Save the model with Keras itself.");
    }
    long bytes = space.bytes(type);
    int version = layout.get();
    int kind = layout.get();
    if (version != 3 && version != 4) {
      throw new ModelFileException(
          "",
          "a data layout of version " + version,
          "versions 3 and 4",
          "Copy the file with h5repack.");
    }
    return switch (kind) {
      case COMPACT -> new Hdf5Object.Data(type, space, 0, Optional.of(compact(layout, bytes)));
      case CONTIGUOUS ->
          new Hdf5Object.Data(type, space, contiguous(layout, bytes), Optional.empty());
      case CHUNKED -> {
        long stored = version == 3 ? oldChunks(layout, space, type) : file.size();
        unpacked(bytes, stored, filters.contains(DEFLATE) ? Limits.DEFLATE_RATIO : 1);
        yield new Hdf5Object.Data(type, space, 0, Optional.empty());
      }
      default ->
          throw new ModelFileException(
              "",
              kind == 3 ? "a virtual dataset" : "data layout " + kind,
              "data stored in this file",
              "Save the model with Keras itself.");
    };
  }

  private static ByteBuffer compact(ByteBuffer layout, long bytes) {
    int size = layout.getShort() & 0xffff;
    if (size != bytes || layout.remaining() < size) {
      throw claim(bytes, size);
    }
    return layout.slice(layout.position(), size);
  }

  private long contiguous(ByteBuffer layout, long bytes) {
    long address = layout.getLong();
    long size = layout.getLong();
    if (bytes == 0) {
      return 0;
    }
    if (size != bytes || !file.contains(address, size)) {
      throw claim(bytes, address == Hdf5Superblock.UNDEFINED ? 0 : Math.min(size, file.size()));
    }
    claimed = Math.addExact(claimed, bytes);
    if (claimed > file.size()) {
      throw claim(claimed, file.size());
    }
    return address;
  }

  private void unpacked(long bytes, long stored, long ratio) {
    claimed = Math.addExact(claimed, bytes);
    boolean bomb = claimed > Limits.UNPACKED_FREE && claimed / Limits.UNPACKED_RATIO > file.size();
    if (bytes / ratio > stored || bomb) {
      throw claim(bytes, stored);
    }
  }

  /** The bytes in all chunks of a version 3 layout, whose B-tree carries no checksums. */
  private long oldChunks(ByteBuffer layout, Hdf5Dataspace space, Hdf5Datatype type) {
    int rank = layout.get() & 0xff;
    long btree = layout.getLong();
    if (rank != space.shape().rank() + 1) {
      throw new IllegalArgumentException("chunks of rank " + rank);
    }
    long chunkBytes = 1;
    for (int i = 0; i < rank; i++) {
      chunkBytes = Math.multiplyExact(chunkBytes, layout.getInt() & 0xffffffffL);
    }
    int elementSize = layout.getInt(layout.position() - 4);
    if (chunkBytes == 0 || elementSize != type.size()) {
      throw new IllegalArgumentException("chunks of " + chunkBytes + " bytes");
    }
    if (chunkBytes / Limits.DEFLATE_RATIO > file.size()) {
      throw claim(chunkBytes, file.size());
    }
    return btree == Hdf5Superblock.UNDEFINED ? 0 : chunkNode(btree, -1, rank);
  }

  private long chunkNode(long address, int level, int rank) {
    if (!visited.add(address)) {
      throw new IllegalArgumentException("a chunk index that leads back to itself");
    }
    int k = superblock.chunkInternalK();
    int keySize = 8 + 8 * rank;
    ByteBuffer node = file.bytes(address, 24 + (2L * k + 1) * keySize + 2L * k * 8);
    int signature = node.getInt();
    int type = node.get();
    int ownLevel = node.get() & 0xff;
    int used = node.getShort() & 0xffff;
    boolean expected = level < 0 ? ownLevel <= MAX_TREE_LEVEL : ownLevel == level;
    if (signature != SIGNATURE_TREE || type != 1 || !expected || used > 2 * k) {
      throw new IllegalArgumentException("no chunk B-tree node at " + address);
    }
    long stored = 0;
    for (int i = 0; i < used; i++) {
      int key = 24 + i * (keySize + 8);
      long size = node.getInt(key) & 0xffffffffL;
      long child = node.getLong(key + keySize);
      if (ownLevel == 0 && !file.contains(child, size)) {
        throw new IllegalArgumentException("a chunk outside the file");
      }
      stored = Math.addExact(stored, ownLevel == 0 ? size : chunkNode(child, ownLevel - 1, rank));
    }
    return stored;
  }

  private static ModelFileException claim(long bytes, long stored) {
    return new ModelFileException(
        "",
        "a dataset that claims " + bytes + " bytes",
        "the " + stored + " bytes stored for it",
        "The file is damaged or hostile: fetch it again.");
  }

  /** The filters of a pipeline message, refusing those that libhdf5 does not bring along. */
  static List<Integer> filters(ByteBuffer in) {
    int version = in.get();
    int count = in.get() & 0xff;
    if (version < 1 || version > 2 || count > MAX_FILTERS) {
      throw new IllegalArgumentException(count + " filters in a pipeline of version " + version);
    }
    in.position(in.position() + (version == 1 ? 6 : 0));
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = in.getShort() & 0xffff;
      if (id != DEFLATE && id != SHUFFLE && id != FLETCHER32) {
        throw new ModelFileException(
            "",
            "data packed with filter " + id,
            "deflate (1), shuffle (2) and fletcher32 (3)",
            "Copy the file with h5repack -f NONE.");
      }
      ids.add(id);
      int nameLength = version == 1 ? in.getShort() & 0xffff : 0;
      in.getShort();
      int values = in.getShort() & 0xffff;
      int padding = version == 1 && values % 2 == 1 ? 4 : 0;
      in.position(in.position() + (nameLength + 7) / 8 * 8 + 4 * values + padding);
    }
    return ids;
  }

  /** Checks that a fill value lies inside its message. */
  static void checkFillValue(boolean current, ByteBuffer in) {
    if (!current) {
      requireInside(in.getInt(), in);
      return;
    }
    int version = in.get();
    if (version < 1 || version > 3) {
      throw new IllegalArgumentException("a fill value of version " + version);
    }
    int flags = in.get();
    if (version == 3) {
      if ((flags & 0x20) != 0) {
        requireInside(in.getInt(), in);
      }
      return;
    }
    in.get();
    boolean defined = in.get() != 0;
    if (version == 1 || defined) {
      int size = in.getInt();
      requireInside(Math.max(size, defined ? size : 0), in);
    }
  }

  private static void requireInside(int size, ByteBuffer in) {
    if (size < 0 || size > in.remaining()) {
      throw new IllegalArgumentException("a fill value of " + size + " bytes");
    }
  }
}
