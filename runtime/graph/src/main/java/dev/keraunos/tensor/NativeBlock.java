package dev.keraunos.tensor;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.atomic.LongAccumulator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * One contiguous block of native bytes. All that graph needs of JavaCPP is in this class, so that
 * the others link where JavaCPP is absent.
 */
final class NativeBlock {
  private static final int ALIGNMENT = 64;
  private static final LongAccumulator PEAK = new LongAccumulator(Math::max, 0);

  private final Pointer owner;
  private final long address;

  private NativeBlock(Pointer owner, long address) {
    this.owner = owner;
    this.address = address;
  }

  /** Fails with a {@link LinkageError} or {@link RuntimeException} where JavaCPP does not load. */
  static boolean works() {
    try (Pointer probe = Pointer.malloc(1)) {
      return probe.address() != 0;
    }
  }

  /** Zero-filled and aligned; freed when closed or unreachable. */
  static NativeBlock allocate(long bytes) {
    BytePointer block = new BytePointer(bytes + ALIGNMENT);
    PEAK.accumulate(Pointer.totalBytes());
    Pointer.memset(block, 0, bytes + ALIGNMENT);
    long skip = (ALIGNMENT - block.address() % ALIGNMENT) % ALIGNMENT;
    return new NativeBlock(block, block.address() + skip);
  }

  /** How much is allowed and taken, in words. */
  static String room() {
    return String.format(
        Locale.ROOT,
        "%.2f GiB are allowed and %.2f taken",
        (double) Pointer.maxBytes() / (1 << 30),
        (double) Pointer.totalBytes() / (1 << 30));
  }

  long address() {
    return address;
  }

  /** Some of the bytes, which do not keep the block alive. */
  ByteBuffer window(long from, long bytes) {
    return new View(address + from, bytes).asByteBuffer();
  }

  void close() {
    owner.close();
  }

  static long addressOf(ByteBuffer buffer) {
    return new BytePointer(buffer).address();
  }

  /** The bytes that are allocated now, and the most there were since this was last asked. */
  static long[] allocated() {
    long now = Pointer.totalBytes();
    return new long[] {now, Math.max(now, PEAK.getThenReset())};
  }

  private static final class View extends BytePointer {
    View(long start, long bytes) {
      address = start;
      limit = bytes;
      capacity = bytes;
    }
  }
}
