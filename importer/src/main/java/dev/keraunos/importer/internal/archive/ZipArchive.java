package dev.keraunos.importer.internal.archive;

import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.file.Limits;
import dev.keraunos.keras.ModelFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * The members of a zip archive (PKWARE APPNOTE 6.3, zip64 included), read in place and never
 * extracted. A stored member is a window of the archive, without a copy.
 */
final class ZipArchive {
  private static final int END = 0x06054b50;
  private static final int END64_LOCATOR = 0x07064b50;
  private static final int END64 = 0x06064b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_SIZE = 22;
  private static final int MAX_COMMENT = 0xffff;
  private static final int CENTRAL_SIZE = 46;
  private static final int LOCAL_SIZE = 30;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final long IN_ZIP64 = 0xffffffffL;

  private record Member(
      String name, int flags, int method, long crc, long packed, long size, long header) {}

  private final ByteSource file;
  private final Map<String, Member> members = new LinkedHashMap<>();

  /**
   * Reads the directory.
   *
   * @throws ModelFileException if it is damaged, or a name in it could lead out of the archive
   */
  ZipArchive(ByteSource file) {
    this.file = file;
    ByteBuffer directory = directory();
    long packed = 0;
    while (directory.hasRemaining()) {
      Member member = central(directory);
      packed += member.packed;
      if (members.put(member.name, member) != null) {
        throw refused(member.name, "a second member of this name");
      }
      if (members.size() > ArchiveLimits.ZIP_MEMBERS || packed > file.size()) {
        throw refused(member.name, members.size() + " members of " + packed + " bytes together");
      }
    }
  }

  Set<String> names() {
    return members.keySet();
  }

  private static ModelFileException refused(String member, String found) {
    return new ModelFileException(
        member,
        found,
        "members with plain, different names that fit the archive",
        "The archive is damaged or hostile: fetch it again.");
  }

  /** The central directory. */
  private ByteBuffer directory() {
    long tail = Math.min(file.size(), END_SIZE + MAX_COMMENT);
    ByteBuffer bytes = file.bytes(file.size() - tail, tail);
    for (int at = bytes.limit() - END_SIZE; at >= 0; at--) {
      if (bytes.getInt(at) == END) {
        long end = file.size() - tail + at;
        long count = bytes.getShort(at + 10) & 0xffffL;
        long size = bytes.getInt(at + 12) & 0xffffffffL;
        long offset = bytes.getInt(at + 16) & 0xffffffffL;
        boolean zip64 = count == 0xffff || size == IN_ZIP64 || offset == IN_ZIP64;
        return zip64 ? directory64(end) : file.bytes(offset, size);
      }
    }
    throw refused("", "no directory at the end of the archive");
  }

  private ByteBuffer directory64(long end) {
    ByteBuffer locator = file.bytes(end - 20, 20);
    ByteBuffer record = file.bytes(locator.getLong(8), 56);
    if (locator.getInt(0) != END64_LOCATOR || record.getInt(0) != END64) {
      throw refused("", "a damaged zip64 directory");
    }
    return file.bytes(record.getLong(48), record.getLong(40));
  }

  private static Member central(ByteBuffer in) {
    if (in.remaining() < CENTRAL_SIZE || in.getInt(in.position()) != CENTRAL) {
      throw refused("", "a damaged directory");
    }
    int at = in.position();
    int nameSize = in.getShort(at + 28) & 0xffff;
    int extraSize = in.getShort(at + 30) & 0xffff;
    int commentSize = in.getShort(at + 32) & 0xffff;
    if (in.remaining() < CENTRAL_SIZE + nameSize + extraSize + commentSize) {
      throw refused("", "a directory cut short");
    }
    String name = name(in, at + CENTRAL_SIZE, nameSize);
    long[] sizes = {
      in.getInt(at + 24) & 0xffffffffL,
      in.getInt(at + 20) & 0xffffffffL,
      in.getInt(at + 42) & 0xffffffffL
    };
    zip64(in, at + CENTRAL_SIZE + nameSize, extraSize, sizes);
    in.position(at + CENTRAL_SIZE + nameSize + extraSize + commentSize);
    Member member =
        new Member(
            name,
            in.getShort(at + 8),
            in.getShort(at + 10) & 0xffff,
            in.getInt(at + 16) & 0xffffffffL,
            sizes[1],
            sizes[0],
            sizes[2]);
    if (member.size < 0 || member.packed < 0 || member.header < 0) {
      throw refused(name, "a negative size");
    }
    return member;
  }

  private static String name(ByteBuffer in, int at, int size) {
    byte[] bytes = new byte[size];
    in.get(at, bytes);
    String name = new String(bytes, StandardCharsets.UTF_8);
    boolean leaves = List.of(name.split("/", -1)).contains("..") || name.startsWith("/");
    if (name.isEmpty()
        || leaves
        || name.contains("\\")
        || name.contains(":")
        || name.indexOf(0) >= 0) {
      throw refused(name, "a name that leads out of the archive");
    }
    return name;
  }

  /**
   * Replaces size, packed size and offset, in this order, by their 64-bit forms where they are
   * marked so.
   */
  private static void zip64(ByteBuffer in, int from, int length, long[] sizes) {
    int at = from;
    while (at + 4 <= from + length) {
      int id = in.getShort(at) & 0xffff;
      int size = in.getShort(at + 2) & 0xffff;
      if (id == 1 && at + 4 + size <= from + length) {
        int value = at + 4;
        for (int i = 0; i < sizes.length; i++) {
          if (sizes[i] == IN_ZIP64 && value + 8 <= at + 4 + size) {
            sizes[i] = in.getLong(value);
            value += 8;
          }
        }
      }
      at += 4 + size;
    }
  }

  /** A small member as text. */
  String text(String name) {
    Member member = member(name);
    if (member.size > ArchiveLimits.JSON_BYTES) {
      throw refused(name, "a document of " + member.size + " bytes");
    }
    try (ByteSource content = open(name)) {
      return content.text(0, content.size());
    }
  }

  /**
   * A member's content; its checksum has been verified. Closing frees what unpacking needed.
   *
   * @throws ModelFileException if there is no such member, or it is damaged
   */
  ByteSource open(String name) {
    return open(name, false);
  }

  /** The same of the last member that is read: what it leaves behind is freed on the way. */
  ByteSource openLast(String name) {
    return open(name, true);
  }

  private ByteSource open(String name, boolean last) {
    Member member = member(name);
    ByteSource packed = packed(member);
    if ((member.flags & 1) != 0) {
      throw new ModelFileException(name, "an encrypted member", "members without a password", "");
    }
    return switch (member.method) {
      case STORED -> stored(member, packed);
      case DEFLATED -> inflate(member, packed, last);
      default ->
          throw new ModelFileException(
              name,
              "compression method " + member.method,
              "stored and deflated members",
              "Save the model with Keras itself.");
    };
  }

  private static ByteSource stored(Member member, ByteSource content) {
    if (member.packed != member.size) {
      throw refused(member.name, "a stored member of two sizes");
    }
    if (checksum(content) != member.crc) {
      throw damaged(member, null);
    }
    return content;
  }

  private Member member(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw new ModelFileException(
          name, "no such member among " + members.keySet(), "the members of a Keras archive", "");
    }
    return member;
  }

  private ByteSource packed(Member member) {
    ByteBuffer local = file.bytes(member.header, LOCAL_SIZE);
    int nameSize = local.getShort(26) & 0xffff;
    int extraSize = local.getShort(28) & 0xffff;
    if (local.getInt(0) != LOCAL) {
      throw refused(member.name, "no header where the directory says it is");
    }
    ByteBuffer name = file.bytes(member.header + LOCAL_SIZE, nameSize);
    if (!member.name.equals(name(name, 0, nameSize))) {
      throw refused(member.name, "another name at the member than in the directory");
    }
    return file.slice(member.header + LOCAL_SIZE + nameSize + extraSize, member.packed);
  }

  private static ByteSource inflate(Member member, ByteSource packed, boolean last) {
    boolean absurd =
        member.size / Limits.DEFLATE_RATIO > member.packed
            || (member.size > Limits.UNPACKED_FREE
                && member.size / Limits.UNPACKED_RATIO > member.packed);
    if (absurd) {
      throw refused(
          member.name,
          "a member of " + member.packed + " bytes that claims to unpack to " + member.size);
    }
    CRC32 crc = new CRC32();
    Inflater inflater = new Inflater(true);
    try {
      InputStream stream =
          new InflaterInputStream(new SourceStream(packed, last), inflater, 1 << 16);
      InputStream limited = new LimitedStream(new CheckedInputStream(stream, crc), member.size + 1);
      ByteSource content = ByteSource.of(limited);
      if (content.size() != member.size || crc.getValue() != member.crc) {
        content.close();
        throw damaged(member, null);
      }
      return content;
    } catch (IOException e) {
      throw damaged(member, e);
    } finally {
      inflater.end();
    }
  }

  private static ModelFileException damaged(Member member, Throwable cause) {
    return new ModelFileException(
        member.name,
        "content that does not match its checksum",
        "the " + member.size + " bytes with checksum " + Long.toHexString(member.crc),
        "The archive is damaged: fetch it again.",
        cause);
  }

  private static long checksum(ByteSource content) {
    CRC32 crc = new CRC32();
    ByteBuffer block =
        ByteBuffer.allocateDirect((int) Math.min(1 << 20, Math.max(1, content.size())));
    for (long at = 0; at < content.size(); at += block.limit()) {
      block.clear().limit((int) Math.min(block.capacity(), content.size() - at));
      content.read(at, block);
      crc.update(block.flip());
    }
    return crc.getValue();
  }
}
