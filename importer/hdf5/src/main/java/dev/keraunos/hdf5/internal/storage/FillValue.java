package dev.keraunos.hdf5.internal.storage;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;

/**
 * What stands where nothing was written (HDF5 file format, IV.A.2.e and f).
 *
 * @param element the bytes of one element as the file has them; empty for zeros
 */
public record FillValue(ByteBuffer element) {
  /** Of datasets that say nothing of it. */
  public static final FillValue ZERO = new FillValue(ByteBuffer.allocate(0));

  /**
   * Reads a message of the current kind.
   *
   * @throws Hdf5Exception if it is damaged
   */
  public static FillValue read(ByteBuffer in) {
    int version = in.get();
    if (version < 1 || version > 3) {
      throw Hdf5Exception.invalid("a fill value of version " + version);
    }
    int flags = in.get();
    if (version == 3) {
      return (flags & 0x20) != 0 ? readOld(in) : ZERO;
    }
    in.get();
    boolean defined = in.get() != 0;
    return version == 1 || defined ? readOld(in) : ZERO;
  }

  /**
   * Reads a message of the old kind.
   *
   * @throws Hdf5Exception if its value does not lie inside it
   */
  public static FillValue readOld(ByteBuffer in) {
    int size = in.getInt();
    if (size < -1 || size > in.remaining()) {
      throw Hdf5Exception.invalid("a fill value of " + size + " bytes");
    }
    return new FillValue(in.slice(in.position(), Math.max(size, 0)));
  }

  /**
   * Fills a tensor of zeros.
   *
   * @throws Hdf5Exception if the value is no element of it
   */
  public void fill(Tensor target) {
    int width = element.remaining();
    if (width == 0) {
      return;
    }
    if (width != target.dtype().bytes()) {
      throw Hdf5Exception.invalid("a fill value of " + width + " bytes");
    }
    for (long at = 0; at < target.byteSize(); at += width) {
      target.bytes(at, width).put(element.duplicate());
    }
  }
}
