package dev.keraunos.hdf5.internal.storage;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.file.Limits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** How data is packed. */
public enum Filter {
  DEFLATE(1, Limits.DEFLATE_RATIO),
  SHUFFLE(2, 1),
  FLETCHER32(3, 1),
  /** Read by libhdf5 alone. */
  NBIT(5, 64),
  /** Read by libhdf5 alone. */
  SCALEOFFSET(6, 1 << 20),
  /** What h5py brings along: Marc Lehmann's LibLZF. */
  LZF(32000, 88);

  /** Others that tools write, by their registered numbers. */
  private static final Map<Integer, String> OTHERS =
      Map.of(
          4, "szip",
          307, "bzip2",
          32001, "blosc",
          32004, "lz4",
          32008, "bitshuffle",
          32013, "zfp",
          32015, "zstd",
          32026, "blosc2");

  private final int id;

  /** By how much it can shrink data at best. */
  private final long ratio;

  Filter(int id, long ratio) {
    this.id = id;
    this.ratio = ratio;
  }

  /** By how much filters together can shrink data at best. */
  static long ratio(List<Filter> filters) {
    return filters.stream().mapToLong(filter -> filter.ratio).reduce(1, Math::multiplyExact);
  }

  private static final int MAX_FILTERS = 32;

  /** From here on filters have names in every version. */
  private static final int FIRST_REGISTERED = 256;

  /**
   * The filters of a pipeline message (HDF5 file format, IV.A.2.l), in the order applied.
   *
   * @throws Hdf5Exception if there is one that neither this reader nor libhdf5 brings along
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
      filters.add(of(id));
      int nameLength = version == 1 || id >= FIRST_REGISTERED ? in.getShort() & 0xffff : 0;
      int nameBytes = version == 1 ? (nameLength + 7) / 8 * 8 : nameLength;
      in.getShort();
      int values = in.getShort() & 0xffff;
      int padding = version == 1 && values % 2 == 1 ? 4 : 0;
      in.position(in.position() + nameBytes + 4 * values + padding);
    }
    return filters;
  }

  private static Filter of(int id) {
    return Arrays.stream(values())
        .filter(filter -> filter.id == id)
        .findFirst()
        .orElseThrow(
            () ->
                new Hdf5Exception(
                    Kind.UNSUPPORTED,
                    "",
                    "data packed with " + OTHERS.getOrDefault(id, "filter " + id),
                    "gzip, shuffle, fletcher32 and lzf",
                    "Copy the file with h5repack -f NONE, or save the model again."));
  }
}
