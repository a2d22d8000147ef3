package dev.keraunos.tensor;

/** Counts the bytes of off-heap memory. */
public final class MemoryMeter {
  private final long before = NativeBlock.allocated()[0];

  /** The bytes allocated since the meter was made. */
  public long now() {
    return NativeBlock.allocated()[0] - before;
  }

  /**
   * The most bytes that were allocated at once since this was last asked, or the meter was made.
   */
  public long peak() {
    return NativeBlock.allocated()[1] - before;
  }
}
