package dev.keraunos.importer.archive;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A group or dataset as its checked header describes it.
 *
 * @param attributes texts, and numbers as text, by name; an empty list for an attribute of no
 *     elements
 * @param links object addresses by link name; empty for datasets
 * @param data for datasets only
 * @param beyond features that only libhdf5 reads, such as fractal-heap groups and chunked storage
 */
record Hdf5Object(
    Map<String, List<String>> attributes,
    Map<String, Long> links,
    Optional<Data> data,
    Set<String> beyond) {

  /**
   * A dataset's data.
   *
   * @param address where it lies, for contiguous storage
   * @param inline the data itself, for compact storage
   */
  record Data(Hdf5Datatype type, Hdf5Dataspace space, long address, Optional<ByteBuffer> inline) {
    long bytes() {
      return space.bytes(type);
    }
  }
}
