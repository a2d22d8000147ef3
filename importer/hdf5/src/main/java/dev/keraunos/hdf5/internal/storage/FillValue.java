package dev.keraunos.hdf5.internal.storage;

import dev.keraunos.hdf5.Hdf5Exception;
import java.nio.ByteBuffer;

/** Fill value messages (HDF5 file format, IV.A.2.e and f), which are checked and not used. */
public final class FillValue {
  private FillValue() {}

  /**
   * Checks that the value of a message of the current kind lies inside it.
   *
   * @throws Hdf5Exception if it does not
   */
  public static void check(ByteBuffer in) {
    int version = in.get();
    if (version < 1 || version > 3) {
      throw Hdf5Exception.invalid("a fill value of version " + version);
    }
    int flags = in.get();
    if (version == 3) {
      if ((flags & 0x20) != 0) {
        requireInside(in.getInt(), in);
      }
      return;
    }
    in.get();
    boolean defined = in.get() != 0;
    if (version == 1 || defined) {
      int size = in.getInt();
      requireInside(Math.max(size, defined ? size : 0), in);
    }
  }

  /**
   * Checks the same of a message of the old kind.
   *
   * @throws Hdf5Exception if it does not
   */
  public static void checkOld(ByteBuffer in) {
    requireInside(in.getInt(), in);
  }

  private static void requireInside(int size, ByteBuffer in) {
    if (size < 0 || size > in.remaining()) {
      throw Hdf5Exception.invalid("a fill value of " + size + " bytes");
    }
  }
}
