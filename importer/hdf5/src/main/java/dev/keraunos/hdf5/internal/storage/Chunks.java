package dev.keraunos.hdf5.internal.storage;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.index.Chunk;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The data of a chunked dataset: blocks of one shape, each packed by itself.
 *
 * @param shape of a chunk; those at the far edges reach beyond the dataset
 * @param filters what packed them, in the order applied
 */
public record Chunks(Shape shape, List<Filter> filters, List<Chunk> chunks) {
  private static final int CHECKSUM = 4;
  private static final int FLETCHER_MODULUS = 65535;
  private static final int LZF_LITERALS = 32;
  private static final int LZF_LONG = 7;

  /** The bytes that all chunks take in the file. */
  long storedBytes() {
    return chunks.stream().mapToLong(Chunk::size).sum();
  }

  /** Where in the file the first of them lies. */
  long start() {
    return chunks.stream().mapToLong(Chunk::address).min().orElse(0);
  }

  /**
   * Fills a tensor of the dataset's shape and type.
   *
   * @param fill what stands where chunks are missing
   * @throws Hdf5Exception if a chunk is there twice, or does not unpack to its size
   */
  public void read(ByteSource file, FillValue fill, Tensor target) {
    if (!isComplete(target.shape())) {
      fill.fill(target);
    }
    int width = target.dtype().bytes();
    int chunkBytes = Math.toIntExact(Math.multiplyExact(shape.size(), width));
    Stage stage = new Stage();
    for (Chunk chunk : chunks) {
      file.read(chunk.address(), ByteBuffer.wrap(stage.room(chunk.size()), 0, chunk.size()));
      stage.advance(chunk.size());
      unpack(stage, chunk, chunkBytes, width);
      place(stage.data, chunk.offset(), target, width);
    }
  }

  /** The bytes of a chunk between two filters; the arrays serve all chunks of a dataset. */
  private static final class Stage {
    private byte[] data = {};
    private byte[] next = {};
    private int size;

    /** An array for what the next filter gives. */
    byte[] room(int bytes) {
      if (next.length < bytes) {
        next = new byte[bytes];
      }
      return next;
    }

    /** Makes what was written into the room the data. */
    void advance(int bytes) {
      byte[] before = data;
      data = next;
      next = before;
      size = bytes;
    }
  }

  /** Whether no chunk is missing. */
  private boolean isComplete(Shape whole) {
    long expected = 1;
    for (int axis = 0; axis < whole.rank(); axis++) {
      expected *= (whole.dim(axis) + shape.dim(axis) - 1) / shape.dim(axis);
    }
    Set<Shape> offsets = new HashSet<>();
    for (Chunk chunk : chunks) {
      offsets.add(chunk.offset());
      for (int axis = 0; axis < whole.rank(); axis++) {
        long at = chunk.offset().dim(axis);
        if (at % shape.dim(axis) != 0 || at >= whole.dim(axis)) {
          throw damaged("a chunk at " + chunk.offset() + " of a dataset of shape " + whole);
        }
      }
    }
    if (offsets.size() != chunks.size()) {
      throw damaged("a chunk that is there twice");
    }
    return chunks.size() == expected;
  }

  private static Hdf5Exception damaged(String found) {
    return Hdf5Exception.damaged("", found, "complete chunks", null);
  }

  private void unpack(Stage stage, Chunk chunk, int chunkBytes, int width) {
    for (int i = filters.size() - 1; i >= 0; i--) {
      if (((chunk.unapplied() >>> i) & 1) == 0) {
        switch (filters.get(i)) {
          case DEFLATE -> inflate(stage, chunkBytes + checksums(i, chunk));
          case SHUFFLE -> unshuffle(stage, width);
          case FLETCHER32 -> check(stage);
          case LZF -> expand(stage, chunkBytes + checksums(i, chunk));
          case NBIT, SCALEOFFSET ->
              throw new Hdf5Exception(
                  Kind.NEEDS_LIBRARY,
                  "",
                  "data packed with " + filters.get(i).name().toLowerCase(Locale.ROOT),
                  "gzip, shuffle, fletcher32 and lzf",
                  "Copy the file with h5repack -f NONE.");
        }
      }
    }
    if (stage.size != chunkBytes) {
      throw damaged("a chunk of " + stage.size + " bytes instead of " + chunkBytes);
    }
  }

  /** The bytes of the checksums that were added before a filter was applied. */
  private int checksums(int filter, Chunk chunk) {
    int bytes = 0;
    for (int i = 0; i < filter; i++) {
      boolean added = filters.get(i) == Filter.FLETCHER32 && ((chunk.unapplied() >>> i) & 1) == 0;
      bytes += added ? CHECKSUM : 0;
    }
    return bytes;
  }

  private static void inflate(Stage stage, int size) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(stage.data, 0, stage.size);
      byte[] data = stage.room(size);
      int done = 0;
      int count;
      while ((count = inflater.inflate(data, done, size - done)) > 0) {
        done += count;
      }
      if (done < size || inflater.inflate(new byte[1]) > 0 || !inflater.finished()) {
        throw damaged("a chunk that does not unpack to its size");
      }
      stage.advance(size);
    } catch (DataFormatException e) {
      throw damaged("a chunk that does not unpack: " + e.getMessage());
    } finally {
      inflater.end();
    }
  }

  /**
   * LZF: a control byte below 32 counts bytes that follow, another says how many of those written
   * last come again, and from how far back.
   */
  private static void expand(Stage stage, int size) {
    ByteBuffer in = ByteBuffer.wrap(stage.data, 0, stage.size);
    byte[] data = stage.room(size);
    int done = 0;
    while (in.hasRemaining()) {
      int control = in.get() & 0xff;
      if (control < LZF_LITERALS) {
        in.get(data, done, control + 1);
        done += control + 1;
        continue;
      }
      int length = (control >>> 5) == LZF_LONG ? LZF_LONG + (in.get() & 0xff) : control >>> 5;
      int from = done - (((control & 0x1f) << 8) | (in.get() & 0xff)) - 1;
      for (int i = 0; i < length + 2; i++) {
        data[done++] = data[from++];
      }
    }
    if (done != size) {
      throw damaged("a chunk that does not unpack to its size");
    }
    stage.advance(size);
  }

  /** Bytes stored by their place in the element: all first ones, then all second ones. */
  private static void unshuffle(Stage stage, int width) {
    int elements = stage.size / width;
    byte[] shuffled = stage.data;
    byte[] data = stage.room(stage.size);
    for (int place = 0; place < width; place++) {
      for (int i = 0; i < elements; i++) {
        data[i * width + place] = shuffled[place * elements + i];
      }
    }
    int rest = elements * width;
    System.arraycopy(shuffled, rest, data, rest, stage.size - rest);
    stage.advance(stage.size);
  }

  /** Drops the Fletcher checksum behind the data, which is of 16-bit big-endian words. */
  private static void check(Stage stage) {
    byte[] data = stage.data;
    int size = stage.size - CHECKSUM;
    if (size < 0) {
      throw damaged("a chunk without its checksum");
    }
    long first = 0;
    long second = 0;
    for (int i = 0; i < size; i += 2) {
      int low = i + 1 < size ? data[i + 1] & 0xff : 0;
      first = (first + ((data[i] & 0xff) << 8) + low) % FLETCHER_MODULUS;
      second = (second + first) % FLETCHER_MODULUS;
    }
    long storedFirst = (data[size] & 0xff) | ((data[size + 1] & 0xff) << 8);
    long storedSecond = (data[size + 2] & 0xff) | ((data[size + 3] & 0xff) << 8);
    if (storedFirst % FLETCHER_MODULUS != first || storedSecond % FLETCHER_MODULUS != second) {
      throw damaged("a chunk that does not match its checksum");
    }
    stage.size = size;
  }

  /** Copies a chunk run by run, leaving out what reaches beyond the dataset. */
  private void place(byte[] data, Shape offset, Tensor target, int width) {
    Shape whole = target.shape();
    int last = whole.rank() - 1;
    long[] strides = whole.strides();
    long run = Math.min(shape.dim(last), whole.dim(last) - offset.dim(last));
    long rows = shape.size(0, last);
    for (long row = 0; row < rows; row++) {
      long rest = row;
      long at = offset.dim(last);
      boolean inside = true;
      for (int axis = last - 1; axis >= 0; axis--) {
        long index = offset.dim(axis) + rest % shape.dim(axis);
        rest /= shape.dim(axis);
        inside &= index < whole.dim(axis);
        at += index * strides[axis];
      }
      if (inside) {
        put(data, (int) (row * shape.dim(last) * width), target, at * width, (int) (run * width));
      }
    }
  }

  private static void put(byte[] data, int from, Tensor target, long to, int count) {
    int done = 0;
    while (done < count) {
      ByteBuffer window = target.bytes(to + done, count - done);
      int part = window.remaining();
      window.put(data, from + done, part);
      done += part;
    }
  }
}
