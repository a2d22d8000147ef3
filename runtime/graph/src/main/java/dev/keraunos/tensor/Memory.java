package dev.keraunos.tensor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A block of off-heap bytes of any size, seen through windows of at most 1 GiB. It is one
 * contiguous native block where JavaCPP loads, else plain direct buffers. Freed by {@link #close}
 * or when unreachable.
 */
final class Memory {
  private static final int WINDOW_BITS = 30;
  private static final long WINDOW = 1L << WINDOW_BITS;
  private static final String LIMIT = "org.bytedeco.javacpp.maxBytes";
  private static final String PROCESS_LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";
  private static final boolean NATIVE = loads();

  private final NativeBlock owner;
  private final long address;
  private volatile ByteBuffer[] windows;

  private Memory(NativeBlock owner, long address, ByteBuffer[] windows) {
    this.owner = owner;
    this.address = address;
    this.windows = windows;
  }

  private static boolean loads() {
    setLimits();
    try {
      return NativeBlock.works();
    } catch (LinkageError | RuntimeException e) {
      return false;
    }
  }

  /**
   * JavaCPP holds native memory to the size of the Java heap unless it is told otherwise before its
   * first use; weights and images may take half of the machine's. It also asks the system how large
   * the process is whenever something is allocated, which takes as long as a small prediction. A
   * limit that the user set, in either of the spellings that JavaCPP knows, stands.
   */
  private static void setLimits() {
    long memory =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    if (!isChosen(LIMIT) && memory / 2 > Runtime.getRuntime().maxMemory()) {
      System.setProperty(LIMIT, memory / 2 / 1024 + "k");
    }
    if (!isChosen(PROCESS_LIMIT)) {
      System.setProperty(PROCESS_LIMIT, "0");
    }
  }

  private static boolean isChosen(String property) {
    return Stream.of(property, property.toLowerCase(Locale.ROOT))
        .anyMatch(spelling -> System.getProperty(spelling) != null);
  }

  /** True where native code can reach this memory. */
  static boolean isNative() {
    return NATIVE;
  }

  /** How much of such memory is allowed and taken, in words. */
  static String room() {
    return NATIVE ? NativeBlock.room() : "-XX:MaxDirectMemorySize says how much is allowed";
  }

  /** Zero-filled memory. */
  static Memory allocate(long bytes) {
    NativeBlock block = NATIVE && bytes > 0 ? NativeBlock.allocate(bytes) : null;
    ByteBuffer[] windows = new ByteBuffer[Math.max(1, count(bytes))];
    for (int i = 0; i < windows.length; i++) {
      long start = i * WINDOW;
      long length = Math.min(WINDOW, bytes - start);
      windows[i] =
          ordered(
              block == null
                  ? ByteBuffer.allocateDirect((int) length)
                  : block.window(start, length));
    }
    return new Memory(block, block == null ? 0 : block.address(), windows);
  }

  /** The memory of a direct buffer from its position to its limit, shared. */
  static Memory of(ByteBuffer buffer) {
    ByteBuffer window = ordered(buffer.slice());
    return new Memory(null, NATIVE ? NativeBlock.addressOf(window) : 0, new ByteBuffer[] {window});
  }

  private static int count(long bytes) {
    return Math.toIntExact((bytes + WINDOW - 1) >> WINDOW_BITS);
  }

  private static ByteBuffer ordered(ByteBuffer buffer) {
    return buffer.order(ByteOrder.nativeOrder());
  }

  /** The window that holds a byte. */
  ByteBuffer window(long at) {
    ByteBuffer[] open = windows;
    if (open == null) {
      throw new IllegalStateException("the tensor's memory is closed");
    }
    return open[(int) (at >> WINDOW_BITS)];
  }

  /** Copies one element of 1, 2, 4 or 8 bytes. */
  void copy(long to, Memory source, long from, int width) {
    ByteBuffer target = window(to);
    ByteBuffer origin = source.window(from);
    switch (width) {
      case 1 -> target.put(within(to), origin.get(within(from)));
      case 2 -> target.putShort(within(to), origin.getShort(within(from)));
      case 4 -> target.putInt(within(to), origin.getInt(within(from)));
      default -> target.putLong(within(to), origin.getLong(within(from)));
    }
  }

  /** The position of a byte within its window. */
  static int within(long at) {
    return (int) (at & (WINDOW - 1));
  }

  /** How many of the wanted bytes from a position on lie in one window. */
  static int run(long at, long wanted) {
    return (int) Math.min(wanted, WINDOW - (at & (WINDOW - 1)));
  }

  /** The native address of the first byte, or 0 where there is none. */
  long address() {
    window(0);
    return address;
  }

  void close() {
    windows = null;
    if (owner != null) {
      owner.close();
    }
  }
}
