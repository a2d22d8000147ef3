package dev.keraunos.hdf5.internal.storage;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** How data is packed; the order is that of the format's numbers, which begin at 1. */
public enum Filter {
  DEFLATE,
  SHUFFLE,
  FLETCHER32;

  private static final int MAX_FILTERS = 32;

  /**
   * The filters of a pipeline message (HDF5 file format, IV.A.2.l), in the order applied.
   *
   * @throws Hdf5Exception if there is one that libhdf5 does not bring along
   */
  public static List<Filter> read(ByteBuffer in) {
    int version = in.get();
    int count = in.get() & 0xff;
    if (version < 1 || version > 2 || count > MAX_FILTERS) {
      throw Hdf5Exception.invalid(count + " filters in a pipeline of version " + version);
    }
    in.position(in.position() + (version == 1 ? 6 : 0));
    List<Filter> filters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = in.getShort() & 0xffff;
      if (id < 1 || id > values().length) {
        throw new Hdf5Exception(
            Kind.UNSUPPORTED,
            "",
            "data packed with filter " + id,
            "deflate (1), shuffle (2) and fletcher32 (3)",
            "Copy the file with h5repack -f NONE.");
      }
      filters.add(values()[id - 1]);
      int nameLength = version == 1 ? in.getShort() & 0xffff : 0;
      in.getShort();
      int values = in.getShort() & 0xffff;
      int padding = version == 1 && values % 2 == 1 ? 4 : 0;
      in.position(in.position() + (nameLength + 7) / 8 * 8 + 4 * values + padding);
    }
    return filters;
  }
}
