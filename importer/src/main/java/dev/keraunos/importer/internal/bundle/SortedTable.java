package dev.keraunos.importer.internal.bundle;

import dev.keraunos.hdf5.internal.file.ByteSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;

/** The table of keys and values that LevelDB and TensorFlow keep in a file. */
final class SortedTable {
  private static final int FOOTER = 48;
  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int TRAILER = 5;
  private static final int MASK_DELTA = 0xa282ead8;

  private final String where;
  private final ByteSource file;

  private SortedTable(String where, ByteSource file) {
    this.where = where;
    this.file = file;
  }

  /**
   * Reads a whole table.
   *
   * @throws dev.keraunos.keras.ModelFileException if it is none or damaged
   */
  static Map<String, ByteBuffer> read(String where, ByteSource file) {
    SortedTable table = new SortedTable(where, file);
    if (file.size() < FOOTER) {
      throw Wire.damaged(where, "a file of " + file.size() + " bytes");
    }
    ByteBuffer footer = file.bytes(file.size() - FOOTER, FOOTER);
    if (footer.getLong(FOOTER - Long.BYTES) != MAGIC) {
      throw Wire.damaged(where, "a file that does not end as a table does");
    }
    Wire.varint(footer, where);
    Wire.varint(footer, where);
    Map<String, ByteBuffer> entries = new TreeMap<>();
    table.block(footer, (last, handle) -> table.block(handle, entries::put));
    return entries;
  }

  /** The entries of the block that a handle at a buffer's position points to. */
  private void block(ByteBuffer handle, BiConsumer<String, ByteBuffer> each) {
    long offset = Wire.varint(handle, where);
    long size = Wire.varint(handle, where);
    if (size < 0 || size > file.size() || !file.contains(offset, size + TRAILER)) {
      throw Wire.damaged(where, "a block of " + size + " bytes at byte " + offset);
    }
    ByteBuffer stored = file.bytes(offset, size + TRAILER);
    int type = stored.get((int) size);
    if (type != 0) {
      throw Wire.damaged(where, "a block packed in way " + type);
    }
    requireChecksum(stored.slice(0, (int) size + 1), stored.getInt((int) size + 1), where);
    entries(stored.slice(0, (int) size).order(ByteOrder.LITTLE_ENDIAN), each);
  }

  private void entries(ByteBuffer block, BiConsumer<String, ByteBuffer> each) {
    int restarts = block.limit() < Integer.BYTES ? -1 : block.getInt(block.limit() - Integer.BYTES);
    long end = block.limit() - Integer.BYTES * (1L + restarts);
    if (restarts < 0 || end < 0) {
      throw Wire.damaged(where, "a block with " + restarts + " restarts");
    }
    block.limit((int) end);
    byte[] key = new byte[0];
    while (block.hasRemaining()) {
      long shared = Wire.varint(block, where);
      long own = Wire.varint(block, where);
      long size = Wire.varint(block, where);
      boolean fits =
          shared >= 0 && shared <= key.length && own >= 0 && size >= 0 && own <= block.remaining();
      if (!fits || size > block.remaining() - own) {
        throw Wire.damaged(where, "an entry that reaches beyond its block");
      }
      byte[] next = new byte[(int) (shared + own)];
      System.arraycopy(key, 0, next, 0, (int) shared);
      block.get(next, (int) shared, (int) own);
      key = next;
      each.accept(
          new String(key, StandardCharsets.UTF_8), block.slice(block.position(), (int) size));
      block.position(block.position() + (int) size);
    }
  }

  /**
   * Checks bytes against a masked CRC-32C.
   *
   * @throws dev.keraunos.keras.ModelFileException if they differ
   */
  static void requireChecksum(ByteBuffer bytes, int masked, String where) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.duplicate());
    requireChecksum(checksum, masked, where);
  }

  static void requireChecksum(CRC32C checksum, int masked, String where) {
    int crc = (int) checksum.getValue();
    if (Integer.rotateRight(crc, 15) + MASK_DELTA != masked) {
      throw Wire.damaged(where, "bytes that do not match their checksum");
    }
  }
}
