package dev.keraunos.importer.archive;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A group or dataset as its checked header describes it.
 *
 * @param attributes texts, and numbers as text, by name; an empty list for an attribute of no
 *     elements
 * @param links object addresses by link name; empty for datasets
 * @param data for datasets only
 */
record Hdf5Object(
    Map<String, List<String>> attributes, Map<String, Long> links, Optional<Data> data) {

  /** A dataset's data, checked to be in the file. */
  record Data(Hdf5Datatype type, Hdf5Dataspace space, Storage storage) {}

  /** Where data lies. */
  sealed interface Storage {
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
    record Chunked(Hdf5Chunks chunks) implements Storage {
      @Override
      public long start() {
        return chunks.start();
      }
    }

    /** In chunks with an index of HDF5 1.10, which only libhdf5 reads. */
    record IndexedChunks() implements Storage {}
  }
}
