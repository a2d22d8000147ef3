package dev.keraunos.hdf5.internal.metadata;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.file.Checksum;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The superblock of an HDF5 file, versions 0 to 3 (HDF5 file format, II).
 *
 * @param base where it lies; addresses count from here
 * @param root the address of the root group's object header
 * @param groupLeafK half the entries of a symbol table node
 * @param groupInternalK half the entries of a group's B-tree node
 * @param chunkInternalK half the entries of a chunk B-tree node
 * @param rootCache B-tree and heap address of the root group as its cached entry gives them, if it
 *     does
 * @param extension the address of the superblock extension, if there is one
 */
public record Superblock(
    long base,
    long root,
    int groupLeafK,
    int groupInternalK,
    int chunkInternalK,
    Optional<SymbolTable> rootCache,
    Optional<Long> extension) {

  /** The first eight bytes, read as a little-endian number. */
  public static final long SIGNATURE = 0x0a1a0a0d46444889L;

  /** The address of what is not there. */
  public static final long UNDEFINED = -1;

  private static final int DEFAULT_LEAF_K = 4;
  private static final int DEFAULT_INTERNAL_K = 16;
  private static final int DEFAULT_CHUNK_K = 32;

  /** Where the signature is: at 0 or, behind a user block, at a power of two from 512 on. */
  public static Optional<Long> find(ByteSource file) {
    for (long at = 0; file.contains(at, 8); at = at == 0 ? 512 : 2 * at) {
      if (file.bytes(at, 8).getLong() == SIGNATURE) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  /**
   * Reads and checks it.
   *
   * @throws Hdf5Exception if there is none, or the file is shorter than it says
   */
  public static Superblock read(ByteSource file) {
    long base =
        find(file)
            .orElseThrow(
                () -> new Hdf5Exception(Kind.BROKEN, "/", "no HDF5 signature", "an HDF5 file", ""));
    long left = file.size() - base;
    ByteBuffer in = file.bytes(base, Math.min(left, 128));
    in.position(8);
    int version = in.get();
    if (version < 0 || version > 3) {
      throw Hdf5Exception.invalid("superblock version " + version);
    }
    return version < 2 ? early(in, version, base, file.size()) : late(in, base, file.size());
  }

  private static Superblock early(ByteBuffer in, int version, long base, long size) {
    in.position(in.position() + 4);
    requireEightBytes(in.get(), in.get());
    in.get();
    int leafK = in.getShort() & 0xffff;
    int internalK = in.getShort() & 0xffff;
    in.getInt();
    int chunkK = version == 1 ? in.getShort() & 0xffff : DEFAULT_CHUNK_K;
    if (version == 1) {
      in.getShort();
    }
    requireBase(in.getLong(), base);
    in.getLong();
    requireWhole(in.getLong(), size);
    if (in.getLong() != UNDEFINED) {
      throw Hdf5Exception.invalid("a driver information block: the file is one of several");
    }
    in.getLong(); // the root has no name
    long root = in.getLong();
    int cacheType = in.getInt();
    in.getInt();
    Optional<SymbolTable> cache =
        cacheType == 1
            ? Optional.of(new SymbolTable(in.getLong(), in.getLong()))
            : Optional.empty();
    if (leafK == 0 || internalK == 0 || chunkK == 0 || cacheType < 0 || cacheType > 1) {
      throw Hdf5Exception.invalid("a superblock with impossible settings");
    }
    return new Superblock(base, root, leafK, internalK, chunkK, cache, Optional.empty());
  }

  private static Superblock late(ByteBuffer in, long base, long size) {
    requireEightBytes(in.get(), in.get());
    in.get();
    requireBase(in.getLong(), base);
    long extension = in.getLong();
    requireWhole(in.getLong(), size);
    long root = in.getLong();
    Checksum.require(in.duplicate().limit(in.position() + Checksum.BYTES), "a superblock");
    return new Superblock(
        base,
        root,
        DEFAULT_LEAF_K,
        DEFAULT_INTERNAL_K,
        DEFAULT_CHUNK_K,
        Optional.empty(),
        extension == UNDEFINED ? Optional.empty() : Optional.of(extension));
  }

  private static void requireEightBytes(int offsets, int lengths) {
    if (offsets != 8 || lengths != 8) {
      throw Hdf5Exception.invalid(
          "addresses of " + offsets + " and lengths of " + lengths + " bytes instead of 8");
    }
  }

  private static void requireBase(long written, long base) {
    if (written != base) {
      throw Hdf5Exception.invalid("a superblock at " + base + " that says it lies at " + written);
    }
  }

  private static void requireWhole(long end, long size) {
    if (end <= 0 || end > size) {
      throw new Hdf5Exception(
          Kind.BROKEN,
          "/",
          "a file of " + size + " bytes",
          "the " + Long.toUnsignedString(end) + " bytes that its superblock says it has",
          "The file is truncated: fetch it again.");
    }
  }
}
