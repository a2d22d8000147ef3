package dev.keraunos.hdf5.internal.index;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import dev.keraunos.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Collects the chunks of one dataset from its index, whatever its kind (HDF5 file format, III.A and
 * VII). Those that were never written are left out.
 */
public final class ChunkIndex {
  private static final int ALL_FILTERS_LEFT_OUT = -1;

  /**
   * What an index needs to know of its dataset.
   *
   * @param chunk the shape of a chunk
   * @param bytes the bytes of an unpacked one
   * @param filtered whether there are filters, so that entries say the stored size
   * @param edgesUnfiltered whether chunks that reach beyond the dataset are stored as they are
   * @param sizeWidth the bytes in which entries say the stored size
   * @param shape of the dataset
   * @param maximum the longest that each axis may become, -1 for any
   */
  public record Dataset(
      Shape chunk,
      long bytes,
      boolean filtered,
      boolean edgesUnfiltered,
      int sizeWidth,
      Shape shape,
      List<Long> maximum) {}

  private final ByteSource file;
  private final Dataset dataset;
  private final List<Chunk> chunks = new ArrayList<>();
  private final Set<Long> visited = new HashSet<>();

  private ChunkIndex(ByteSource file, Dataset dataset) {
    this.file = file;
    this.dataset = dataset;
  }

  /**
   * The chunks of an index as a layout message of version 4 or 5 describes it.
   *
   * @param kind 1 to 5, in the format's numbers
   * @param single whether a single chunk is filtered
   * @param in the message, from what it says of the kind on
   * @throws Hdf5Exception if the index is damaged, or leads outside the file
   */
  public static List<Chunk> read(
      ByteSource file, Dataset dataset, int kind, boolean single, ByteBuffer in) {
    ChunkIndex index = new ChunkIndex(file, dataset);
    switch (kind) {
      case 1 -> index.single(single, in);
      case 2 -> index.implicit(in.getLong());
      case 3 -> FixedArray.read(index, in);
      case 4 -> ExtensibleArray.read(index, in);
      case 5 -> ChunkTree.readVersion2(index, in);
      default -> throw Hdf5Exception.invalid("a chunk index of kind " + kind);
    }
    return index.chunks;
  }

  /**
   * The chunks of a version 1 B-tree, which every earlier version has.
   *
   * @param k half the most children of a node
   * @throws Hdf5Exception if it is damaged, or leads outside the file
   */
  public static List<Chunk> readTree(ByteSource file, Dataset dataset, long address, int k) {
    ChunkIndex index = new ChunkIndex(file, dataset);
    if (address != Superblock.UNDEFINED) {
      ChunkTree.readVersion1(index, address, k);
    }
    return index.chunks;
  }

  private void single(boolean filtered, ByteBuffer in) {
    long size = filtered ? in.getLong() : dataset.bytes();
    int unapplied = filtered ? in.getInt() : ALL_FILTERS_LEFT_OUT;
    long address = in.getLong();
    if (address != Superblock.UNDEFINED) {
      add(Shape.of(new long[dataset.chunk().rank()]), address, size, unapplied);
    }
  }

  private void implicit(long address) {
    if (address == Superblock.UNDEFINED) {
      return;
    }
    Numbering numbering = Numbering.bounded(dataset.chunk(), bounds());
    long count = numbering.counts().stream().reduce(1L, Math::multiplyExact);
    requireInside(address, Math.multiplyExact(count, dataset.bytes()));
    for (long i = 0; i < count; i++) {
      Shape offset = numbering.offset(i);
      if (lies(offset)) {
        add(offset, address + i * dataset.bytes(), dataset.bytes(), 0);
      }
    }
  }

  /** Whether a chunk lies in the dataset as long as it is now. */
  private boolean lies(Shape offset) {
    for (int axis = 0; axis < offset.rank(); axis++) {
      if (offset.dim(axis) >= dataset.shape().dim(axis)) {
        return false;
      }
    }
    return true;
  }

  ByteSource file() {
    return file;
  }

  Dataset dataset() {
    return dataset;
  }

  /** The longest that the axes may become, where none is without bounds. */
  List<Long> bounds() {
    if (dataset.maximum().contains(-1L)) {
      throw Hdf5Exception.invalid("a chunk index for a dataset with bounds, which this one lacks");
    }
    return dataset.maximum();
  }

  /** How many bytes an entry of an array takes: an address, and what packing made of the chunk. */
  int entryBytes() {
    return dataset.filtered() ? Long.BYTES + dataset.sizeWidth() + Integer.BYTES : Long.BYTES;
  }

  /** Reads an entry of an array and adds its chunk, if there is one. */
  void entry(ByteBuffer in, Supplier<Shape> offset) {
    long address = in.getLong();
    long size = dataset.filtered() ? ByteSource.number(in, dataset.sizeWidth()) : dataset.bytes();
    int unapplied = dataset.filtered() ? in.getInt() : 0;
    if (address != Superblock.UNDEFINED) {
      add(offset.get(), address, size, unapplied);
    }
  }

  /** Adds a chunk that has been written. */
  void add(Shape offset, long address, long size, int unapplied) {
    requireInside(address, size);
    boolean plain = dataset.edgesUnfiltered() && reachesBeyond(offset);
    int left = plain ? ALL_FILTERS_LEFT_OUT : unapplied;
    chunks.add(new Chunk(offset, address, Math.toIntExact(size), left));
  }

  private boolean reachesBeyond(Shape offset) {
    for (int axis = 0; axis < offset.rank(); axis++) {
      if (offset.dim(axis) + dataset.chunk().dim(axis) > dataset.shape().dim(axis)) {
        return true;
      }
    }
    return false;
  }

  private void requireInside(long address, long size) {
    if (size < 0
        || (size > Integer.MAX_VALUE && dataset.filtered())
        || !file.contains(address, size)) {
      throw Hdf5Exception.invalid("a chunk outside the file");
    }
  }

  /** Makes sure that a part of the index is reached once. */
  void visit(long address) {
    if (!visited.add(address)) {
      throw Hdf5Exception.invalid("a chunk index that leads back to itself");
    }
  }
}
