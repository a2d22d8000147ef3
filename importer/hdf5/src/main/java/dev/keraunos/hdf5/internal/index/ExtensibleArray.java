package dev.keraunos.hdf5.internal.index;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.Checksum;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import java.nio.ByteBuffer;

/**
 * An extensible array (HDF5 file format, VII.D): the chunks of a dataset with one axis without
 * bounds. Entries lie in the index block, then in data blocks that it leads to, then in such that
 * super blocks lead to; super block i has twice as many entries as the one before.
 */
final class ExtensibleArray {
  private static final int SIGNATURE_HEADER = 0x44484145;
  private static final int SIGNATURE_INDEX = 0x42494145;
  private static final int SIGNATURE_SUPER = 0x42534145;
  private static final int SIGNATURE_DATA = 0x42444145;
  private static final int HEADER_BYTES = 72;
  private static final int PREFIX_BYTES = 14;
  private static final int MAX_BITS = 62;

  private final ChunkIndex index;
  private final Numbering numbering;

  /** The bits of the largest number of an entry. */
  private final int bits;

  private final int inIndexBlock;
  private final int smallestBlock;
  private final int superBlockPointers;
  private final int pageBits;

  /** The number of the next chunk. */
  private long next;

  private ExtensibleArray(ChunkIndex index, ByteBuffer header) {
    this.index = index;
    int axis = index.dataset().maximum().indexOf(-1L);
    bits = header.get(7) & 0xff;
    inIndexBlock = header.get(8) & 0xff;
    smallestBlock = header.get(9) & 0xff;
    superBlockPointers = header.get(10) & 0xff;
    pageBits = header.get(11) & 0xff;
    boolean unbounded = axis >= 0 && index.dataset().maximum().lastIndexOf(-1L) == axis;
    if (header.getInt(0) != SIGNATURE_HEADER
        || header.get(4) != 0
        || (header.get(6) & 0xff) != index.entryBytes()
        || bits > MAX_BITS
        || pageBits > bits
        || Integer.bitCount(smallestBlock) != 1
        || Integer.bitCount(superBlockPointers) != 1
        || log2(smallestBlock) + firstSuperBlock() > bits
        || !unbounded) {
      throw Hdf5Exception.invalid("no extensible array of this dataset's chunks");
    }
    numbering = Numbering.unbounded(index.dataset().chunk(), index.dataset().maximum(), axis);
  }

  static void read(ChunkIndex index, ByteBuffer layout) {
    layout.position(layout.position() + 5); // its settings once more
    long address = layout.getLong();
    if (address == Superblock.UNDEFINED) {
      return;
    }
    ByteBuffer header = index.file().bytes(address, HEADER_BYTES);
    Checksum.require(header, "an extensible array");
    ExtensibleArray array = new ExtensibleArray(index, header);
    long block = header.getLong(HEADER_BYTES - Checksum.BYTES - Long.BYTES);
    if (block != Superblock.UNDEFINED) {
      array.indexBlock(block);
    }
  }

  private static int log2(int value) {
    return 31 - Integer.numberOfLeadingZeros(value);
  }

  /** The first super block with a block of its own; the data blocks of those before hang above. */
  private int firstSuperBlock() {
    return 2 * log2(superBlockPointers);
  }

  private static int blocksIn(int superBlock) {
    return 1 << (superBlock / 2);
  }

  private long entriesIn(int superBlock) {
    return (1L << ((superBlock + 1) / 2)) * smallestBlock;
  }

  private void indexBlock(long address) {
    int superBlocks = 1 + bits - log2(smallestBlock);
    int own = superBlocks - firstSuperBlock();
    int dataBlocks = 2 * (superBlockPointers - 1);
    long pointers = (long) Long.BYTES * (dataBlocks + own);
    long size = PREFIX_BYTES + (long) inIndexBlock * index.entryBytes() + pointers;
    ByteBuffer block = block(address, size + Checksum.BYTES, SIGNATURE_INDEX);
    entries(block, inIndexBlock);
    for (int i = 0; i < firstSuperBlock(); i++) {
      for (int j = 0; j < blocksIn(i); j++) {
        dataBlock(block.getLong(), entriesIn(i));
      }
    }
    for (int i = firstSuperBlock(); i < superBlocks; i++) {
      superBlock(block.getLong(), i);
    }
  }

  private ByteBuffer block(long address, long size, int signature) {
    index.visit(address);
    ByteBuffer block = index.file().bytes(address, size);
    Checksum.require(block, "a block of an extensible array");
    if (block.getInt(0) != signature || block.get(4) != 0) {
      throw Hdf5Exception.invalid("no block of an extensible array at " + address);
    }
    return block.position(PREFIX_BYTES);
  }

  /** The bytes in which a block says the number of its first entry. */
  private int offsetBytes() {
    return (bits + 7) / 8;
  }

  private void superBlock(long address, int number) {
    long entries = entriesIn(number);
    int blocks = blocksIn(number);
    if (address == Superblock.UNDEFINED) {
      next += entries * blocks;
      return;
    }
    long pages = entries >> pageBits;
    int bitBytes = pages > 1 ? (int) ((pages + 7) / 8) : 0;
    long bitmaps = (long) blocks * bitBytes;
    long size = PREFIX_BYTES + offsetBytes() + bitmaps + (long) blocks * Long.BYTES;
    ByteBuffer block = block(address, size + Checksum.BYTES, SIGNATURE_SUPER);
    int firstBits = PREFIX_BYTES + offsetBytes();
    block.position(Math.toIntExact(firstBits + bitmaps));
    for (int i = 0; i < blocks; i++) {
      if (bitBytes == 0) {
        dataBlock(block.getLong(), entries);
      } else {
        pagedBlock(block.getLong(), pages, block, firstBits + i * bitBytes);
      }
    }
  }

  private void dataBlock(long address, long entries) {
    if (address == Superblock.UNDEFINED) {
      next += entries;
      return;
    }
    long size = PREFIX_BYTES + offsetBytes() + entries * index.entryBytes() + Checksum.BYTES;
    ByteBuffer block = block(address, size, SIGNATURE_DATA);
    block.position(PREFIX_BYTES + offsetBytes());
    entries(block, entries);
  }

  private void pagedBlock(long address, long pages, ByteBuffer superBlock, int bitmap) {
    long perPage = 1L << pageBits;
    if (address == Superblock.UNDEFINED) {
      next += pages * perPage;
      return;
    }
    int prefix = PREFIX_BYTES + offsetBytes() + Checksum.BYTES;
    block(address, prefix, SIGNATURE_DATA);
    for (long page = 0; page < pages; page++) {
      if (Pages.isWritten(superBlock, bitmap, page)) {
        long at = address + prefix + page * (perPage * index.entryBytes() + Checksum.BYTES);
        Pages.read(index, at, numbering, next, perPage);
      }
      next += perPage;
    }
  }

  private void entries(ByteBuffer in, long count) {
    Pages.entries(index, in, numbering, next, count);
    next += count;
  }
}
