package dev.keraunos.hdf5.internal.index;

import dev.keraunos.hdf5.internal.file.Checksum;
import java.nio.ByteBuffer;

/** The entries of arrays of chunks, and the pages that large ones lie in. */
final class Pages {
  private Pages() {}

  /** Whether a page has been written, by the bits of all. */
  static boolean isWritten(ByteBuffer block, int bits, long page) {
    return (block.get(bits + (int) (page / 8)) >>> (7 - page % 8) & 1) != 0;
  }

  /** A page of entries. */
  static void read(ChunkIndex index, long address, Numbering numbering, long first, long count) {
    index.visit(address);
    ByteBuffer page = index.file().bytes(address, count * index.entryBytes() + Checksum.BYTES);
    Checksum.require(page, "a page of chunks");
    entries(index, page, numbering, first, count);
  }

  /** Entries from a buffer's position on, of chunks from a number on. */
  static void entries(
      ChunkIndex index, ByteBuffer in, Numbering numbering, long first, long count) {
    for (long i = 0; i < count; i++) {
      long number = first + i;
      index.entry(in, () -> numbering.offset(number));
    }
  }
}
