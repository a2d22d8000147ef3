package dev.keraunos.hdf5.internal.storage;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.file.Limits;
import dev.keraunos.hdf5.internal.index.Chunk;
import dev.keraunos.hdf5.internal.index.ChunkIndex;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import dev.keraunos.hdf5.internal.object.Dataspace;
import dev.keraunos.hdf5.internal.object.Datatype;
import dev.keraunos.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Data layout messages (HDF5 file format, IV.A.2.i): where the data of datasets lies and how much
 * it claims to be.
 */
public final class Layouts {
  private static final int COMPACT = 0;
  private static final int CONTIGUOUS = 1;
  private static final int CHUNKED = 2;

  private static final int LAYOUT_OF_1_6 = 3;
  private static final int LAYOUT_OF_1_10 = 4;
  private static final int LAYOUT_OF_2_0 = 5;

  private static final int EDGES_UNFILTERED = 1;
  private static final int FILTERED_SINGLE = 2;

  private final ByteSource file;
  private final Superblock superblock;
  private long stored;
  private long unpacked;
  private long unwritten;

  public Layouts(ByteSource file, Superblock superblock) {
    this.file = file;
    this.superblock = superblock;
  }

  /**
   * What a dataset says of itself.
   *
   * @param type null if the object has none, as {@code space}
   * @param filters in the order applied
   * @param fill what stands where nothing was written
   */
  public record Claim(Datatype type, Dataspace space, List<Filter> filters, FillValue fill) {
    private long bytes() {
      return space.bytes(type);
    }

    private ChunkIndex.Dataset dataset(Shape chunk, boolean edgesUnfiltered, int sizeWidth) {
      long bytes = Math.multiplyExact(chunk.size(), (long) type.size());
      return new ChunkIndex.Dataset(
          chunk,
          bytes,
          !filters.isEmpty(),
          edgesUnfiltered,
          sizeWidth,
          space.shape(),
          space.maximum());
    }
  }

  /**
   * Checks that a dataset's data is in the file and that it claims no more than is there.
   *
   * @throws Hdf5Exception if it is not, or its type, layout or filters are not supported
   */
  public StoredData data(Claim claim, ByteBuffer layout) {
    if (claim.type == null || claim.space == null) {
      throw Hdf5Exception.invalid("a dataset without a type or a shape");
    }
    if (claim.type.kind() != Datatype.Kind.NUMBER) {
      throw new Hdf5Exception(
          Kind.UNSUPPORTED,
          "",
          "a dataset of " + claim.type.description(),
          "8 to 64-bit integers, 16 to 64-bit floats, bfloat16 and bool",
          "");
    }
    int version = layout.get();
    int kind = layout.get();
    if (version < LAYOUT_OF_1_6 || version > LAYOUT_OF_2_0) {
      throw new Hdf5Exception(
          Kind.UNSUPPORTED,
          "",
          "a data layout of version " + version,
          "versions 3 to 5",
          "Copy the file with h5repack.");
    }
    Storage storage =
        switch (kind) {
          case COMPACT -> compact(layout, claim.bytes());
          case CONTIGUOUS -> contiguous(layout, claim.bytes());
          case CHUNKED ->
              version == LAYOUT_OF_1_6 ? early(layout, claim) : late(layout, version, claim);
          default ->
              throw new Hdf5Exception(
                  Kind.UNSUPPORTED,
                  "",
                  kind == 3 ? "a virtual dataset" : "data layout " + kind,
                  "data stored in this file",
                  "");
        };
    return new StoredData(claim.type, claim.space, claim.fill, storage);
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
    if (address == Superblock.UNDEFINED) {
      requireFew(bytes);
      return new Storage.Unwritten();
    }
    if (size != bytes || !file.contains(address, size)) {
      throw claim(bytes, Math.min(size, file.size()));
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

  /** What was never written takes memory, though the file holds nothing of it. */
  private void requireFew(long bytes) {
    unwritten = Math.addExact(unwritten, bytes);
    if (unwritten > Limits.UNWRITTEN) {
      throw claim(unwritten, 0);
    }
  }

  private void requireStored(long bytes, long packed, long ratio) {
    unpacked = Math.addExact(unpacked, bytes);
    boolean bomb =
        unpacked > Limits.UNPACKED_FREE && unpacked / Limits.UNPACKED_RATIO > file.size();
    if (bytes / ratio > packed || bomb) {
      throw claim(bytes, packed);
    }
  }

  /** Chunks with a version 1 B-tree, as all of HDF5 until 1.8 has them. */
  private Storage early(ByteBuffer layout, Claim claim) {
    int rank = (layout.get() & 0xff) - 1;
    long btree = layout.getLong();
    Shape chunk = chunkShape(layout, rank, Integer.BYTES, claim);
    ChunkIndex.Dataset dataset = claim.dataset(chunk, false, Integer.BYTES);
    List<Chunk> chunks = ChunkIndex.readTree(file, dataset, btree, superblock.chunkInternalK());
    return chunked(chunk, chunks, claim);
  }

  /** Chunks with an index of HDF5 1.10 and later. */
  private Storage late(ByteBuffer layout, int version, Claim claim) {
    int flags = layout.get();
    int rank = (layout.get() & 0xff) - 1;
    int width = layout.get();
    if (width < 1 || width > Long.BYTES) {
      throw Hdf5Exception.invalid("chunk dimensions of " + width + " bytes");
    }
    Shape chunk = chunkShape(layout, rank, width, claim);
    long bytes = Math.multiplyExact(chunk.size(), (long) claim.type.size());
    int sizeWidth =
        version > LAYOUT_OF_1_10
            ? Long.BYTES
            : Math.min(Long.BYTES, 1 + (63 - Long.numberOfLeadingZeros(bytes) + 8) / 8);
    ChunkIndex.Dataset dataset = claim.dataset(chunk, (flags & EDGES_UNFILTERED) != 0, sizeWidth);
    boolean filteredSingle = (flags & FILTERED_SINGLE) != 0;
    return chunked(
        chunk, ChunkIndex.read(file, dataset, layout.get(), filteredSingle, layout), claim);
  }

  private static Shape chunkShape(ByteBuffer layout, int rank, int width, Claim claim) {
    if (rank < 1 || rank != claim.space.shape().rank()) {
      throw Hdf5Exception.invalid("chunks of rank " + rank);
    }
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = ByteSource.number(layout, width);
      if (dims[i] <= 0) {
        throw Hdf5Exception.invalid("chunks of no size");
      }
    }
    Shape shape = Shape.of(dims);
    long bytes = Math.multiplyExact(shape.size(), (long) claim.type.size());
    if (ByteSource.number(layout, width) != claim.type.size() || bytes > Integer.MAX_VALUE) {
      throw Hdf5Exception.invalid("chunks of " + bytes + " bytes");
    }
    return shape;
  }

  private Storage chunked(Shape shape, List<Chunk> chunks, Claim claim) {
    Chunks all = new Chunks(shape, claim.filters, chunks);
    take(all.storedBytes());
    long chunkBytes = Math.multiplyExact(shape.size(), (long) claim.type.size());
    long written = Math.multiplyExact(chunkBytes, (long) chunks.size());
    requireStored(written, all.storedBytes(), Filter.ratio(claim.filters));
    requireFew(Math.max(claim.bytes() - written, 0));
    return new Storage.Chunked(all);
  }

  private static Hdf5Exception claim(long bytes, long stored) {
    return Hdf5Exception.damaged(
        "",
        "a dataset that claims " + bytes + " bytes",
        "the " + stored + " bytes stored for it",
        null);
  }
}
