package dev.keraunos.hdf5.internal.object;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.file.Checksum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The messages of an object header, version 1 or 2, continuation blocks included (HDF5 file format,
 * IV.A.1).
 */
public final class ObjectHeader {
  /**
   * One header message.
   *
   * @param type its number in the format
   * @param data its bytes, from position 0 to the limit
   */
  public record Message(int type, int flags, ByteBuffer data) {}

  private static final int SIGNATURE_OHDR = 0x5244484f;
  private static final int SIGNATURE_OCHK = 0x4b48434f;
  private static final int CONTINUATION = 0x10;
  private static final int MAX_BLOCKS = 1 << 12;

  private final ByteSource file;
  private final List<Message> messages = new ArrayList<>();
  private final Deque<long[]> continuations = new ArrayDeque<>();
  private final Set<Long> blocks = new HashSet<>();
  private boolean version2;
  private boolean creationOrder;

  private ObjectHeader(ByteSource file) {
    this.file = file;
  }

  /**
   * The messages of the object at an address.
   *
   * @throws Hdf5Exception if there is no object header, or it is damaged
   */
  public static List<Message> read(ByteSource file, long address) {
    ObjectHeader header = new ObjectHeader(file);
    header.readAll(address);
    return header.messages;
  }

  private void readAll(long address) {
    blocks.add(address);
    version2 = file.bytes(address, 4).getInt() == SIGNATURE_OHDR;
    if (version2) {
      firstBlockVersion2(address);
    } else {
      firstBlockVersion1(address);
    }
    while (!continuations.isEmpty()) {
      long[] block = continuations.remove();
      if (!blocks.add(block[0]) || blocks.size() > MAX_BLOCKS) {
        throw Hdf5Exception.invalid("an object header that continues in itself");
      }
      continued(file.bytes(block[0], block[1]));
    }
  }

  private void firstBlockVersion1(long address) {
    ByteBuffer prefix = file.bytes(address, 16);
    int version = prefix.get();
    int reserved = prefix.get();
    prefix.position(8);
    long size = prefix.getInt() & 0xffffffffL;
    if (version != 1 || reserved != 0) {
      throw Hdf5Exception.invalid("no object header (version " + version + ")");
    }
    messages(file.bytes(address + 16, size));
  }

  private void firstBlockVersion2(long address) {
    ByteBuffer prefix = file.bytes(address, 6);
    int version = prefix.get(4);
    int flags = prefix.get(5);
    if (version != 2 || (flags & 0xc0) != 0) {
      throw Hdf5Exception.invalid("object header version " + version);
    }
    creationOrder = (flags & 4) != 0;
    int times = (flags & 0x20) != 0 ? 16 : 0;
    int phases = (flags & 0x10) != 0 ? 4 : 0;
    long at = address + 6 + times + phases;
    int width = 1 << (flags & 3);
    ByteBuffer sizeField = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long size = sizeField.put(file.bytes(at, width)).getLong(0);
    long end = Math.addExact(at + width, size);
    ByteBuffer block = file.bytes(address, Math.addExact(end - address, Checksum.BYTES));
    Checksum.require(block, "an object header");
    messages(block.position((int) (at + width - address)).limit((int) (end - address)));
  }

  private void continued(ByteBuffer block) {
    if (version2) {
      if (block.getInt() != SIGNATURE_OCHK) {
        throw Hdf5Exception.invalid("no continuation block");
      }
      Checksum.require(block, "a continuation block");
      block.limit(block.limit() - Checksum.BYTES);
    }
    messages(block);
  }

  private void messages(ByteBuffer block) {
    int headerSize = version2 ? (creationOrder ? 6 : 4) : 8;
    while (block.remaining() >= headerSize) {
      int type = version2 ? block.get() & 0xff : block.getShort() & 0xffff;
      int size = block.getShort() & 0xffff;
      int flags = block.get() & 0xff;
      block.position(block.position() + headerSize - (version2 ? 4 : 5));
      ByteBuffer data = block.slice(block.position(), size).order(ByteOrder.LITTLE_ENDIAN);
      block.position(block.position() + size);
      messages.add(new Message(type, flags, data));
      if (type == CONTINUATION) {
        continuations.add(new long[] {data.getLong(0), data.getLong(8)});
      }
    }
    if (!version2 && block.hasRemaining()) {
      throw Hdf5Exception.invalid("an object header with a message cut short");
    }
  }
}
