package dev.keraunos.hdf5.internal.file;

import dev.keraunos.hdf5.Hdf5Exception;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Jenkins' lookup3, which guards the structures of HDF5 1.8 and later. */
public final class Checksum {
  /** The bytes a checksum takes. */
  public static final int BYTES = 4;

  private static final int BLOCK = 12;
  private static final int START = 0xdeadbeef;

  private Checksum() {}

  /**
   * Checks that the last four of some bytes are the checksum of those before.
   *
   * @param structure its bytes from index 0 to the limit
   * @param what it is, for the message
   * @throws Hdf5Exception if they are not
   */
  public static void require(ByteBuffer structure, String what) {
    int size = structure.limit() - BYTES;
    ByteBuffer all = structure.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (size < 0 || of(all.duplicate().position(0).limit(size)) != all.getInt(size)) {
      throw Hdf5Exception.invalid(what + " that does not match its checksum");
    }
  }

  /** The checksum of a buffer's remaining bytes. */
  public static int of(ByteBuffer data) {
    int a = START + data.remaining();
    int b = a;
    int c = a;
    if (!data.hasRemaining()) {
      return c;
    }
    ByteBuffer in = data.order(ByteOrder.LITTLE_ENDIAN);
    while (in.remaining() > BLOCK) {
      a += in.getInt();
      b += in.getInt();
      c += in.getInt();
      a = (a - c) ^ Integer.rotateLeft(c, 4);
      c += b;
      b = (b - a) ^ Integer.rotateLeft(a, 6);
      a += c;
      c = (c - b) ^ Integer.rotateLeft(b, 8);
      b += a;
      a = (a - c) ^ Integer.rotateLeft(c, 16);
      c += b;
      b = (b - a) ^ Integer.rotateLeft(a, 19);
      a += c;
      c = (c - b) ^ Integer.rotateLeft(b, 4);
      b += a;
    }
    ByteBuffer last = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN).put(in).rewind();
    return mixed(a + last.getInt(), b + last.getInt(), c + last.getInt());
  }

  private static int mixed(int x, int y, int z) {
    int c = (z ^ y) - Integer.rotateLeft(y, 14);
    int a = (x ^ c) - Integer.rotateLeft(c, 11);
    int b = (y ^ a) - Integer.rotateLeft(a, 25);
    c = (c ^ b) - Integer.rotateLeft(b, 16);
    a = (a ^ c) - Integer.rotateLeft(c, 4);
    b = (b ^ a) - Integer.rotateLeft(a, 14);
    return (c ^ b) - Integer.rotateLeft(b, 24);
  }
}
