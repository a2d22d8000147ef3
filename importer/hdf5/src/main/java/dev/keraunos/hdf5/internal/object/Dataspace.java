package dev.keraunos.hdf5.internal.object;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A dataspace message (HDF5 file format, IV.A.2.b).
 *
 * @param shape rank 0 for a scalar
 * @param elements their product, 1 for a scalar, 0 for a null dataspace
 * @param maximum the longest that each axis may become, -1 for any
 */
public record Dataspace(Shape shape, long elements, List<Long> maximum) {
  private static final int MAX_RANK = 32;

  /**
   * Reads a message from the buffer's position on.
   *
   * @throws Hdf5Exception if it is none of versions 1 and 2, or contradicts itself
   */
  public static Dataspace read(ByteBuffer in) {
    int version = in.get();
    int rank = in.get() & 0xff;
    int flags = in.get();
    boolean none = version == 2 && in.get() == 2;
    if ((version != 1 && version != 2) || rank > MAX_RANK || (flags & ~1) != 0) {
      throw Hdf5Exception.invalid("dataspace version " + version + " of rank " + rank);
    }
    if (version == 1) {
      in.position(in.position() + 5);
    }
    long[] dims = new long[rank];
    long elements = none ? 0 : 1;
    for (int i = 0; i < rank; i++) {
      dims[i] = in.getLong();
      if (dims[i] < 0) {
        throw Hdf5Exception.invalid("dimension " + Long.toUnsignedString(dims[i]));
      }
      elements = Math.multiplyExact(elements, dims[i]);
    }
    boolean hasMaximum = (flags & 1) != 0;
    List<Long> maximum = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      maximum.add(hasMaximum ? in.getLong() : dims[i]);
      if (maximum.get(i) != -1 && Long.compareUnsigned(maximum.get(i), dims[i]) < 0) {
        throw Hdf5Exception.invalid(
            "dimension " + dims[i] + " above its own maximum " + maximum.get(i));
      }
    }
    return new Dataspace(Shape.of(dims), elements, List.copyOf(maximum));
  }

  /** The bytes that this many elements take. */
  public long bytes(Datatype type) {
    return Math.multiplyExact(elements, type.size());
  }
}
