package dev.keraunos.importer.archive;

import dev.keraunos.importer.archive.Hdf5Chunks.Chunk;
import dev.keraunos.importer.archive.Hdf5Chunks.Filter;
import dev.keraunos.importer.archive.Hdf5Object.Storage;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where the data of datasets lies and how much it claims to be: layout, filters, fill values. */
final class Hdf5Storage {
  private static final int SIGNATURE_TREE = 0x45455254;
  private static final int COMPACT = 0;
  private static final int CONTIGUOUS = 1;
  private static final int CHUNKED = 2;
  private static final int MAX_FILTERS = 32;
  private static final int MAX_TREE_LEVEL = 32;

  private final ByteSource file;
  private final Hdf5Superblock superblock;
  private final Set<Long> visited = new HashSet<>();
  private long stored;
  private long unpacked;

  Hdf5Storage(ByteSource file, Hdf5Superblock superblock) {
    this.file = file;
    this.superblock = superblock;
  }

  /** Checks that a dataset's data is in the file and that it claims no more than is there. */
  Hdf5Object.Data data(
      Hdf5Datatype type, Hdf5Dataspace space, ByteBuffer layout, List<Filter> filters) {
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
    int version = layout.get();
    int kind = layout.get();
    if (version != 3 && version != 4) {
      throw new ModelFileException(
          "",
          "a data layout of version " + version,
          "versions 3 and 4",
          "Copy the file with h5repack.");
    }
    long bytes = space.bytes(type);
    Storage storage =
        switch (kind) {
          case COMPACT -> compact(layout, bytes);
          case CONTIGUOUS -> contiguous(layout, bytes);
          case CHUNKED -> version == 3 ? chunked(layout, space, type, filters) : indexed(bytes);
          default ->
              throw new ModelFileException(
                  "",
                  kind == 3 ? "a virtual dataset" : "data layout " + kind,
                  "data stored in this file",
                  "Save the model with Keras itself.");
        };
    return new Hdf5Object.Data(type, space, storage);
  }

  private static Storage compact(ByteBuffer layout, long bytes) {
    int size = layout.getShort() & 0xffff;
    if (size != bytes || layout.remaining() < size) {
      throw claim(bytes, size);
    }
    return new Storage.Inline(layout.slice(layout.position(), size));
  }

  private Storage contiguous(ByteBuffer layout, long bytes) {
    long address = layout.getLong();
    long size = layout.getLong();
    if (bytes == 0) {
      return new Storage.Contiguous(0);
    }
    if (size != bytes || !file.contains(address, size)) {
      throw claim(bytes, address == Hdf5Superblock.UNDEFINED ? 0 : Math.min(size, file.size()));
    }
    take(bytes);
    return new Storage.Contiguous(address);
  }

  /** No bytes of the file are stored for two datasets. */
  private void take(long bytes) {
    stored = Math.addExact(stored, bytes);
    if (stored > file.size()) {
      throw claim(stored, file.size());
    }
  }

  private Storage indexed(long bytes) {
    requireStored(bytes, file.size(), Limits.DEFLATE_RATIO);
    return new Storage.IndexedChunks();
  }

  private void requireStored(long bytes, long packed, long ratio) {
    unpacked = Math.addExact(unpacked, bytes);
    boolean bomb =
        unpacked > Limits.UNPACKED_FREE && unpacked / Limits.UNPACKED_RATIO > file.size();
    if (bytes / ratio > packed || bomb) {
      throw claim(bytes, packed);
    }
  }

  private Storage chunked(
      ByteBuffer layout, Hdf5Dataspace space, Hdf5Datatype type, List<Filter> filters) {
    int rank = (layout.get() & 0xff) - 1;
    long btree = layout.getLong();
    if (rank < 1 || rank != space.shape().rank()) {
      throw new IllegalArgumentException("chunks of rank " + rank);
    }
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = layout.getInt() & 0xffffffffL;
      if (dims[i] == 0) {
        throw new IllegalArgumentException("chunks of no size");
      }
    }
    Shape shape = Shape.of(dims);
    long chunkBytes = Math.multiplyExact(shape.size(), type.size());
    if (layout.getInt() != type.size() || chunkBytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("chunks of " + chunkBytes + " bytes");
    }
    List<Chunk> chunks = new ArrayList<>();
    if (btree != Hdf5Superblock.UNDEFINED) {
      chunkNode(btree, -1, rank, chunks);
    }
    Hdf5Chunks all = new Hdf5Chunks(shape, filters, chunks);
    take(all.storedBytes());
    long ratio = filters.contains(Filter.DEFLATE) ? Limits.DEFLATE_RATIO : 1;
    long chunked = Math.multiplyExact(chunkBytes, (long) chunks.size());
    requireStored(Math.max(space.bytes(type), chunked), all.storedBytes(), ratio);
    return new Storage.Chunked(all);
  }

  private void chunkNode(long address, int level, int rank, List<Chunk> chunks) {
    if (!visited.add(address)) {
      throw new IllegalArgumentException("a chunk index that leads back to itself");
    }
    int k = superblock.chunkInternalK();
    int keySize = 8 + 8 * (rank + 1);
    ByteBuffer node = file.bytes(address, 24 + (2L * k + 1) * keySize + 2L * k * 8);
    int signature = node.getInt();
    int type = node.get();
    int ownLevel = node.get() & 0xff;
    int used = node.getShort() & 0xffff;
    boolean expected = level < 0 ? ownLevel <= MAX_TREE_LEVEL : ownLevel == level;
    if (signature != SIGNATURE_TREE || type != 1 || !expected || used > 2 * k) {
      throw new IllegalArgumentException("no chunk B-tree node at " + address);
    }
    for (int i = 0; i < used; i++) {
      int key = 24 + i * (keySize + 8);
      long child = node.getLong(key + keySize);
      if (ownLevel > 0) {
        chunkNode(child, ownLevel - 1, rank, chunks);
      } else {
        chunks.add(chunk(node, key, rank, child));
      }
    }
  }

  private Chunk chunk(ByteBuffer node, int key, int rank, long address) {
    int size = node.getInt(key);
    long[] offset = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      offset[axis] = node.getLong(key + 8 + 8 * axis);
    }
    if (size < 0 || !file.contains(address, size) || offset[0] < 0) {
      throw new IllegalArgumentException("a chunk outside the file");
    }
    return new Chunk(Shape.of(offset), address, size, node.getInt(key + 4));
  }

  private static ModelFileException claim(long bytes, long stored) {
    return new ModelFileException(
        "",
        "a dataset that claims " + bytes + " bytes",
        "the " + stored + " bytes stored for it",
        "The file is damaged or hostile: fetch it again.");
  }

  /** The filters of a pipeline message, refusing those that libhdf5 does not bring along. */
  static List<Filter> filters(ByteBuffer in) {
    int version = in.get();
    int count = in.get() & 0xff;
    if (version < 1 || version > 2 || count > MAX_FILTERS) {
      throw new IllegalArgumentException(count + " filters in a pipeline of version " + version);
    }
    in.position(in.position() + (version == 1 ? 6 : 0));
    List<Filter> filters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = in.getShort() & 0xffff;
      if (id < 1 || id > Filter.values().length) {
        throw new ModelFileException(
            "",
            "data packed with filter " + id,
            "deflate (1), shuffle (2) and fletcher32 (3)",
            "Copy the file with h5repack -f NONE.");
      }
      filters.add(Filter.values()[id - 1]);
      int nameLength = version == 1 ? in.getShort() & 0xffff : 0;
      in.getShort();
      int values = in.getShort() & 0xffff;
      int padding = version == 1 && values % 2 == 1 ? 4 : 0;
      in.position(in.position() + (nameLength + 7) / 8 * 8 + 4 * values + padding);
    }
    return filters;
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
