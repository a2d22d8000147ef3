package dev.keraunos.importer.internal.bundle;

import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The tensors of a TensorFlow checkpoint: an index, and shards that hold the numbers. Mirrors
 * tensorflow/core/util/tensor_bundle.
 */
public final class TensorBundle implements AutoCloseable {
  /** Opens a shard. */
  public interface Shards {
    /** The file {@code .data-SHARD-of-COUNT}. */
    ByteSource open(int shard, int count) throws IOException;
  }

  private static final Map<Integer, DType> TYPES =
      Map.ofEntries(
          Map.entry(1, DType.FLOAT32),
          Map.entry(2, DType.FLOAT64),
          Map.entry(3, DType.INT32),
          Map.entry(4, DType.UINT8),
          Map.entry(5, DType.INT16),
          Map.entry(6, DType.INT8),
          Map.entry(9, DType.INT64),
          Map.entry(10, DType.BOOL),
          Map.entry(14, DType.BFLOAT16),
          Map.entry(17, DType.UINT16),
          Map.entry(19, DType.FLOAT16),
          Map.entry(22, DType.UINT32),
          Map.entry(23, DType.UINT64));
  private static final int TEXT = 7;
  private static final int WINDOW = 1 << 20;

  private record Entry(
      int type, List<Long> dims, int shard, long offset, long size, int checksum, boolean sliced) {}

  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<Integer, ByteSource> open = new HashMap<>();
  private final Shards shards;
  private int count;

  private TensorBundle(Shards shards) {
    this.shards = shards;
  }

  /**
   * Reads an index.
   *
   * @throws ModelFileException if it is none, damaged, or written by a big-endian machine
   */
  public static TensorBundle of(String where, ByteSource index, Shards shards) {
    TensorBundle bundle = new TensorBundle(shards);
    SortedTable.read(where, index)
        .forEach(
            (key, value) -> {
              Wire wire = new Wire(where, value);
              if (key.isEmpty()) {
                bundle.readHeader(wire, where);
              } else {
                bundle.entries.put(key, entry(wire));
              }
            });
    if (bundle.count < 1) {
      throw Wire.damaged(where, "an index of " + bundle.count + " shards");
    }
    return bundle;
  }

  private void readHeader(Wire wire, String where) {
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> count = (int) wire.number();
        case 2 -> {
          if (wire.number() != 0) {
            throw new ModelFileException(
                where, "numbers of a big-endian machine", "little-endian ones", "");
          }
        }
        default -> wire.skip();
      }
    }
  }

  private static Entry entry(Wire wire) {
    int type = 0;
    List<Long> dims = new ArrayList<>();
    int shard = 0;
    long offset = 0;
    long size = 0;
    int checksum = 0;
    boolean sliced = false;
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> type = (int) wire.number();
        case 2 -> readShape(wire.message(), dims);
        case 3 -> shard = (int) wire.number();
        case 4 -> offset = wire.number();
        case 5 -> size = wire.number();
        case 6 -> checksum = wire.fixed32();
        case 7 -> {
          sliced = true;
          wire.skip();
        }
        default -> wire.skip();
      }
    }
    return new Entry(type, dims, shard, offset, size, checksum, sliced);
  }

  static void readShape(Wire wire, List<Long> dims) {
    while (wire.next()) {
      if (wire.field() != 2) {
        wire.skip();
        continue;
      }
      Wire dim = wire.message();
      long size = 0;
      while (dim.next()) {
        if (dim.field() == 1) {
          size = dim.number();
        } else {
          dim.skip();
        }
      }
      dims.add(size);
    }
  }

  /** Whether a key has texts. */
  boolean isText(String key) {
    return entry(key).type == TEXT;
  }

  /** Whether there is a tensor of this key. */
  public boolean has(String key) {
    return entries.containsKey(key);
  }

  /**
   * The numbers of a key; the caller closes them.
   *
   * @throws ModelFileException if there are none, or they do not fit the index or their checksum
   */
  public Tensor tensor(String key) throws IOException {
    Entry entry = entry(key);
    DType type = TYPES.get(entry.type);
    if (type == null || entry.sliced) {
      String found = entry.sliced ? "a partitioned variable" : "type " + entry.type;
      throw new ModelFileException(
          key, found, "whole tensors of numbers", "Save the model with whole, plain variables.");
    }
    Shape shape = shape(key, entry);
    ByteSource data = data(key, entry);
    if (shape.size() * type.bytes() != entry.size) {
      throw Wire.damaged(key, entry.size + " bytes for " + type + " of shape " + shape);
    }
    Tensor tensor = Tensor.allocate(type, shape);
    CRC32C checksum = new CRC32C();
    for (long at = 0; at < entry.size; ) {
      ByteBuffer window = tensor.bytes(at, WINDOW);
      at += window.remaining();
      data.read(at - window.remaining(), window.duplicate());
      checksum.update(window);
    }
    SortedTable.requireChecksum(checksum, entry.checksum, key);
    return tensor;
  }

  /**
   * The texts of a key in row-major order: their lengths, the checksum of those, and their bytes.
   *
   * @throws ModelFileException if the key has none
   */
  public List<ByteBuffer> texts(String key) throws IOException {
    Entry entry = entry(key);
    if (entry.type != TEXT) {
      throw Wire.damaged(key, "type " + entry.type + " of shape " + entry.dims);
    }
    long count = shape(key, entry).size();
    if (count > entry.size) {
      throw Wire.damaged(key, count + " texts in " + entry.size + " bytes");
    }
    ByteBuffer bytes = data(key, entry).bytes(0, entry.size);
    int[] lengths = new int[(int) count];
    CRC32C checksum = new CRC32C();
    long all = 0;
    for (int i = 0; i < count; i++) {
      long length = Wire.varint(bytes, key);
      all += length;
      if (length < 0 || all > entry.size) {
        throw Wire.damaged(key, "a text of " + length + " bytes in " + entry.size);
      }
      lengths[i] = (int) length;
      checksum.update(numbered(lengths[i]));
    }
    if (all != bytes.remaining() - Integer.BYTES) {
      throw Wire.damaged(key, "texts of " + all + " bytes in " + entry.size);
    }
    checksum.update(bytes.slice());
    SortedTable.requireChecksum(checksum, entry.checksum, key);
    bytes.position(bytes.position() + Integer.BYTES);
    List<ByteBuffer> texts = new ArrayList<>();
    for (int length : lengths) {
      texts.add(bytes.slice(bytes.position(), length));
      bytes.position(bytes.position() + length);
    }
    return texts;
  }

  private static Shape shape(String key, Entry entry) {
    if (entry.dims.stream().anyMatch(dim -> dim < 0)) {
      throw Wire.damaged(key, "a tensor of shape " + entry.dims);
    }
    return Shape.of(entry.dims.stream().mapToLong(Long::longValue).toArray());
  }

  private static ByteBuffer numbered(int length) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(length).flip();
  }

  private Entry entry(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      throw Wire.damaged(key, "no tensor of this key");
    }
    return entry;
  }

  private ByteSource data(String key, Entry entry) throws IOException {
    if (entry.shard < 0 || entry.shard >= count) {
      throw Wire.damaged(key, "shard " + entry.shard + " of " + count);
    }
    ByteSource shard = open.get(entry.shard);
    if (shard == null) {
      shard = shards.open(entry.shard, count);
      open.put(entry.shard, shard);
    }
    if (!shard.contains(entry.offset, entry.size)) {
      throw Wire.damaged(
          key, entry.size + " bytes at byte " + entry.offset + " of " + shard.size());
    }
    return shard.slice(entry.offset, entry.size);
  }

  /** Closes the shards. */
  @Override
  public void close() {
    open.values().forEach(ByteSource::close);
  }
}
