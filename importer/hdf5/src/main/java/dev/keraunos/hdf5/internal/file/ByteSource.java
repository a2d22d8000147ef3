package dev.keraunos.hdf5.internal.file;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Random access to the bytes of a file, of memory, or of a part of either. Every read is checked
 * against the size; positions and sizes are in bytes. Not safe for use by several threads at once
 * where it is made from a stream.
 */
public abstract class ByteSource implements AutoCloseable {
  private final long size;

  private ByteSource(long size) {
    this.size = size;
  }

  /** How many bytes there are. */
  public final long size() {
    return size;
  }

  /**
   * Fills the target's remaining bytes from a position on.
   *
   * @throws Hdf5Exception if some of them lie outside, or reading fails
   */
  public final void read(long position, ByteBuffer target) {
    requireInside(position, target.remaining());
    try {
      transfer(position, target);
    } catch (IOException e) {
      throw new Hdf5Exception(
          Kind.BROKEN,
          "byte " + position,
          "an error while reading: " + e.getMessage(),
          "a readable file",
          "",
          e);
    }
  }

  /**
   * A copy of some bytes, little-endian as HDF5 and zip are.
   *
   * @throws Hdf5Exception if some of them lie outside, they are more than {@link
   *     Limits#STRUCTURE_BYTES}, or reading fails
   */
  public final ByteBuffer bytes(long position, long count) {
    requireInside(position, count);
    if (count > Limits.STRUCTURE_BYTES) {
      throw new Hdf5Exception(
          Kind.BROKEN,
          "byte " + position,
          "a structure of " + count + " bytes",
          "at most " + Limits.STRUCTURE_BYTES + " bytes",
          "The file is damaged or hostile.");
    }
    ByteBuffer copy = ByteBuffer.allocate((int) count);
    read(position, copy);
    return copy.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Some bytes as UTF-8 text.
   *
   * @throws Hdf5Exception as {@link #bytes} does
   */
  public final String text(long position, long count) {
    return StandardCharsets.UTF_8.decode(bytes(position, count)).toString();
  }

  /** A little-endian number of up to eight bytes at a buffer's position. */
  public static long number(ByteBuffer in, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (in.get() & 0xffL) << (8 * i);
    }
    return value;
  }

  /** True if all of a range lies inside. */
  public final boolean contains(long position, long count) {
    return position >= 0 && count >= 0 && position <= size && count <= size - position;
  }

  private void requireInside(long position, long count) {
    if (!contains(position, count)) {
      throw new Hdf5Exception(
          Kind.BROKEN,
          "byte " + Long.toUnsignedString(position),
          Long.toUnsignedString(count) + " bytes expected there",
          "positions up to the end of the file at " + size,
          "The file is truncated or damaged: fetch it again.");
    }
  }

  abstract void transfer(long position, ByteBuffer target) throws IOException;

  /** The file, if this is all of one. */
  public Optional<Path> path() {
    return Optional.empty();
  }

  /**
   * Says that nothing before a position is read any more, so that memory which holds it can be
   * freed.
   */
  public void discardBefore(long position) {}

  /**
   * Frees what this source itself holds; a slice holds nothing.
   *
   * @throws Hdf5Exception if a file cannot be closed
   */
  @Override
  public void close() {}

  /**
   * Part of this source, which must stay open.
   *
   * @throws Hdf5Exception if some of it lies outside
   */
  public final ByteSource slice(long offset, long length) {
    requireInside(offset, length);
    ByteSource whole = this;
    return new ByteSource(length) {
      @Override
      void transfer(long position, ByteBuffer target) throws IOException {
        whole.transfer(offset + position, target);
      }

      @Override
      public void discardBefore(long position) {
        whole.discardBefore(offset + position);
      }
    };
  }

  /** An array, which must not change meanwhile. */
  public static ByteSource of(byte[] bytes) {
    return new ByteSource(bytes.length) {
      @Override
      void transfer(long position, ByteBuffer target) {
        target.put(bytes, (int) position, target.remaining());
      }
    };
  }

  /**
   * An open file.
   *
   * @throws IOException if there is no such file, or it cannot be opened
   */
  public static ByteSource of(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path);
    return new ByteSource(channel.size()) {
      @Override
      void transfer(long position, ByteBuffer target) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
          int count = channel.read(target, at);
          if (count < 0) {
            throw new IOException("the file became shorter while it was read");
          }
          at += count;
        }
      }

      @Override
      public Optional<Path> path() {
        return Optional.of(path);
      }

      @Override
      public void close() {
        try {
          channel.close();
        } catch (IOException e) {
          throw new Hdf5Exception(
              Kind.BROKEN,
              path.toString(),
              "an error on closing: " + e.getMessage(),
              "a readable file",
              "",
              e);
        }
      }
    };
  }

  /** A view of memory. */
  public interface Window {
    /** At most some bytes from a position on, and at least one. */
    ByteBuffer at(long position, int most);
  }

  /** Memory seen through windows. */
  public static ByteSource of(long size, Window memory) {
    return new ByteSource(size) {
      @Override
      void transfer(long position, ByteBuffer target) {
        long at = position;
        while (target.hasRemaining()) {
          ByteBuffer window = memory.at(at, target.remaining());
          at += window.remaining();
          target.put(window);
        }
      }
    };
  }

  /**
   * All of a stream, held off heap in blocks until discarded or closed. The stream stays open.
   *
   * @throws IOException if reading the stream fails
   */
  public static ByteSource of(InputStream stream) throws IOException {
    List<Tensor> blocks = new ArrayList<>();
    try {
      ReadableByteChannel channel = Channels.newChannel(stream);
      long total = 0;
      while (true) {
        long length = Math.min(Blocks.LARGEST, Math.max(Blocks.SMALLEST, total / Blocks.GROWTH));
        Tensor block = Tensor.allocate(DType.UINT8, Shape.of(length));
        blocks.add(block);
        ByteBuffer target = block.bytes(0, (int) length);
        while (target.hasRemaining() && channel.read(target) >= 0) {}
        total += target.position();
        if (target.hasRemaining()) {
          blocks.set(blocks.size() - 1, Blocks.start(block, target.position()));
          return new Blocks(blocks, total);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      blocks.forEach(Tensor::close);
      throw e;
    }
  }

  private static final class Blocks extends ByteSource {
    static final long SMALLEST = 1 << 12;

    /** Blocks beyond 32 MiB go back to the operating system as soon as they are freed. */
    static final long LARGEST = 1 << 26;

    /** A block is this part of what came before it. */
    static final long GROWTH = 8;

    private final List<Tensor> blocks;

    /** Where each block begins, and behind them where the last one ends. */
    private final long[] starts;

    private int discarded;

    Blocks(List<Tensor> blocks, long size) {
      super(size);
      this.blocks = blocks;
      this.starts = new long[blocks.size() + 1];
      for (int i = 0; i < blocks.size(); i++) {
        starts[i + 1] = starts[i] + blocks.get(i).size();
      }
    }

    /** A copy of a block's first bytes in its place. */
    static Tensor start(Tensor block, long bytes) {
      Tensor start = Tensor.allocate(DType.UINT8, Shape.of(bytes));
      start.copyFrom(0, block, 0, bytes);
      block.close();
      return start;
    }

    @Override
    void transfer(long position, ByteBuffer target) throws IOException {
      if (position < starts[discarded]) {
        throw new IOException("data that overlaps other data");
      }
      int found = Arrays.binarySearch(starts, position);
      int block = found < 0 ? -found - 2 : found;
      for (long at = position; target.hasRemaining(); block++) {
        ByteBuffer window = blocks.get(block).bytes(at - starts[block], target.remaining());
        at += window.remaining();
        target.put(window);
      }
    }

    @Override
    public void discardBefore(long position) {
      while (discarded < blocks.size() && starts[discarded + 1] <= position) {
        blocks.get(discarded++).close();
      }
    }

    @Override
    public void close() {
      blocks.forEach(Tensor::close);
    }
  }
}
