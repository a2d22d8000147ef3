package dev.keraunos.hdf5.internal.storage;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.btree.Btree1Node;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.file.Limits;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import dev.keraunos.hdf5.internal.object.Dataspace;
import dev.keraunos.hdf5.internal.object.Datatype;
import dev.keraunos.hdf5.internal.storage.Chunks.Chunk;
import dev.keraunos.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Data layout messages (HDF5 file format, IV.A.2.i): where the data of datasets lies and how much
 * it claims to be.
 */
public final class Layouts {
  private static final int COMPACT = 0;
  private static final int CONTIGUOUS = 1;
  private static final int CHUNKED = 2;

  private final ByteSource file;
  private final Superblock superblock;
  private final Set<Long> visited = new HashSet<>();
  private long stored;
  private long unpacked;

  public Layouts(ByteSource file, Superblock superblock) {
    this.file = file;
    this.superblock = superblock;
  }

  /**
   * Checks that a dataset's data is in the file and that it claims no more than is there.
   *
   * @param type null if the object has none, as {@code space}
   * @throws Hdf5Exception if it is not, or its type, layout or filters are not supported
   */
  public StoredData data(Datatype type, Dataspace space, ByteBuffer layout, List<Filter> filters) {
    if (type == null || space == null) {
      throw Hdf5Exception.invalid("a dataset without a type or a shape");
    }
    if (type.kind() != Datatype.Kind.NUMBER) {
      throw new Hdf5Exception(
          Kind.UNSUPPORTED,
          "",
          "a dataset of " + type.description(),
          "8 to 64-bit integers, 16 to 64-bit floats, bfloat16 and bool",
          "");
    }
    int version = layout.get();
    int kind = layout.get();
    if (version != 3 && version != 4) {
      throw new Hdf5Exception(
          Kind.UNSUPPORTED,
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
              throw new Hdf5Exception(
                  Kind.UNSUPPORTED,
                  "",
                  kind == 3 ? "a virtual dataset" : "data layout " + kind,
                  "data stored in this file",
                  "");
        };
    return new StoredData(type, space, storage);
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
      throw claim(bytes, address == Superblock.UNDEFINED ? 0 : Math.min(size, file.size()));
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

  private Storage chunked(ByteBuffer layout, Dataspace space, Datatype type, List<Filter> filters) {
    int rank = (layout.get() & 0xff) - 1;
    long btree = layout.getLong();
    if (rank < 1 || rank != space.shape().rank()) {
      throw Hdf5Exception.invalid("chunks of rank " + rank);
    }
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = layout.getInt() & 0xffffffffL;
      if (dims[i] == 0) {
        throw Hdf5Exception.invalid("chunks of no size");
      }
    }
    Shape shape = Shape.of(dims);
    long chunkBytes = Math.multiplyExact(shape.size(), type.size());
    if (layout.getInt() != type.size() || chunkBytes > Integer.MAX_VALUE) {
      throw Hdf5Exception.invalid("chunks of " + chunkBytes + " bytes");
    }
    List<Chunk> chunks = new ArrayList<>();
    if (btree != Superblock.UNDEFINED) {
      chunkNode(btree, Btree1Node.ROOT, rank, chunks);
    }
    Chunks all = new Chunks(shape, filters, chunks);
    take(all.storedBytes());
    long ratio = filters.contains(Filter.DEFLATE) ? Limits.DEFLATE_RATIO : 1;
    long chunked = Math.multiplyExact(chunkBytes, (long) chunks.size());
    requireStored(Math.max(space.bytes(type), chunked), all.storedBytes(), ratio);
    return new Storage.Chunked(all);
  }

  private void chunkNode(long address, int level, int rank, List<Chunk> chunks) {
    if (!visited.add(address)) {
      throw Hdf5Exception.invalid("a chunk index that leads back to itself");
    }
    int keySize = 8 + 8 * (rank + 1);
    Btree1Node node =
        Btree1Node.read(
            file, address, Btree1Node.Kind.CHUNK, level, superblock.chunkInternalK(), keySize);
    for (int i = 0; i < node.used(); i++) {
      int key = Btree1Node.FIRST_KEY + i * (keySize + 8);
      long child = node.bytes().getLong(key + keySize);
      if (node.level() > 0) {
        chunkNode(child, node.level() - 1, rank, chunks);
      } else {
        chunks.add(chunk(node.bytes(), key, rank, child));
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
      throw Hdf5Exception.invalid("a chunk outside the file");
    }
    return new Chunk(Shape.of(offset), address, size, node.getInt(key + 4));
  }

  private static Hdf5Exception claim(long bytes, long stored) {
    return Hdf5Exception.damaged(
        "",
        "a dataset that claims " + bytes + " bytes",
        "the " + stored + " bytes stored for it",
        null);
  }
}
