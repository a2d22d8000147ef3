package dev.keraunos.hdf5.internal.storage;

import java.nio.ByteBuffer;

/** Where the data of a dataset lies (HDF5 file format, IV.A.2.i). */
public sealed interface Storage {
  /** Where in the file its first byte lies; 0 for what has been read already. */
  default long start() {
    return 0;
  }

  /** In one piece from an address on. */
  record Contiguous(long address) implements Storage {
    @Override
    public long start() {
      return address;
    }
  }

  /** In the object header. */
  record Inline(ByteBuffer data) implements Storage {}

  /** In chunks. */
  record Chunked(Chunks chunks) implements Storage {
    @Override
    public long start() {
      return chunks.start();
    }
  }

  /** Nowhere: nothing was written, and the fill value stands for all of it. */
  record Unwritten() implements Storage {}
}
