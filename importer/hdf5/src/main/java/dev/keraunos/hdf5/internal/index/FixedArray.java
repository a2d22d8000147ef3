package dev.keraunos.hdf5.internal.index;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.Checksum;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import java.nio.ByteBuffer;

/** A fixed array (HDF5 file format, VII.C): an entry for each chunk of a dataset with bounds. */
final class FixedArray {
  private static final int SIGNATURE_HEADER = 0x44484146;
  private static final int SIGNATURE_BLOCK = 0x42444146;
  private static final int HEADER_BYTES = 28;
  private static final int PREFIX_BYTES = 14;
  private static final int MAX_PAGE_BITS = 30;

  private FixedArray() {}

  static void read(ChunkIndex index, ByteBuffer layout) {
    layout.get(); // the page bits once more
    long address = layout.getLong();
    if (address == Superblock.UNDEFINED) {
      return;
    }
    ByteBuffer header = index.file().bytes(address, HEADER_BYTES);
    Checksum.require(header, "a fixed array");
    int entryBytes = header.get(6) & 0xff;
    int pageBits = header.get(7) & 0xff;
    long entries = header.getLong(8);
    if (header.getInt(0) != SIGNATURE_HEADER
        || header.get(4) != 0
        || entryBytes != index.entryBytes()
        || pageBits > MAX_PAGE_BITS
        || entries < 0) {
      throw Hdf5Exception.invalid("no fixed array of chunks at " + address);
    }
    long block = header.getLong(16);
    if (block != Superblock.UNDEFINED) {
      block(index, block, entries, 1L << pageBits);
    }
  }

  private static void block(ChunkIndex index, long address, long entries, long perPage) {
    Numbering numbering = Numbering.bounded(index.dataset().chunk(), index.bounds());
    int entryBytes = index.entryBytes();
    boolean paged = entries > perPage;
    long pages = paged ? (entries + perPage - 1) / perPage : 0;
    long inside = paged ? (pages + 7) / 8 : Math.multiplyExact(entries, (long) entryBytes);
    long size = PREFIX_BYTES + inside + Checksum.BYTES;
    ByteBuffer block = index.file().bytes(address, size);
    Checksum.require(block, "a block of a fixed array");
    if (block.getInt(0) != SIGNATURE_BLOCK || block.get(4) != 0) {
      throw Hdf5Exception.invalid("no block of a fixed array at " + address);
    }
    block.position(PREFIX_BYTES);
    if (!paged) {
      Pages.entries(index, block, numbering, 0, entries);
      return;
    }
    for (long page = 0; page < pages; page++) {
      if (Pages.isWritten(block, PREFIX_BYTES, page)) {
        long at = address + size + page * (perPage * entryBytes + Checksum.BYTES);
        long first = page * perPage;
        Pages.read(index, at, numbering, first, Math.min(perPage, entries - first));
      }
    }
  }
}
