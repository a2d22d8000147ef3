package dev.keraunos.importer.internal.archive;

import dev.keraunos.hdf5.internal.file.ByteSource;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A source read from its beginning to its end, and discarded on the way. */
final class SourceStream extends InputStream {
  private final ByteSource source;
  private final boolean once;
  private long at;

  SourceStream(ByteSource source) {
    this(source, true);
  }

  /**
   * Reads a source from its beginning.
   *
   * @param once whether what was read, and what lies before it, is not read again
   */
  SourceStream(ByteSource source, boolean once) {
    this.source = source;
    this.once = once;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    int count = (int) Math.min(length, source.size() - at);
    if (count == 0 && length > 0) {
      return -1;
    }
    source.read(at, ByteBuffer.wrap(target, offset, count));
    at += count;
    if (once) {
      source.discardBefore(at);
    }
    return count;
  }
}
