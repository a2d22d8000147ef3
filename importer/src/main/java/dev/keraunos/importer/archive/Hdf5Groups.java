package dev.keraunos.importer.archive;

import dev.keraunos.keras.ModelFileException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The links of groups: symbol tables (HDF5 file format, III.A to III.D) and link messages
 * (IV.A.2.g).
 */
final class Hdf5Groups {
  private static final int SIGNATURE_TREE = 0x45455254;
  private static final int SIGNATURE_SNOD = 0x444f4e53;
  private static final int SIGNATURE_HEAP = 0x50414548;
  private static final int ENTRY_SIZE = 40;
  private static final long NO_FREE_BLOCK = 1;

  private final ByteSource file;
  private final Hdf5Superblock superblock;
  private final Set<Long> visited = new HashSet<>();
  private final Map<Long, Hdf5SymbolTable> cached = new HashMap<>();

  Hdf5Groups(ByteSource file, Hdf5Superblock superblock) {
    this.file = file;
    this.superblock = superblock;
  }

  /** The links of a symbol-table group. */
  Map<String, Long> links(Hdf5SymbolTable table) {
    ByteBuffer heap = heap(table.heap());
    Map<String, Long> links = new LinkedHashMap<>();
    node(table.btree(), -1, heap, links);
    return links;
  }

  /** The data segment of a local heap, its free list checked. */
  private ByteBuffer heap(long address) {
    claim(address);
    ByteBuffer header = file.bytes(address, 32);
    if (header.getInt() != SIGNATURE_HEAP || header.get() != 0) {
      throw new IllegalArgumentException("no local heap at " + address);
    }
    long size = header.getLong(8);
    ByteBuffer data = file.bytes(header.getLong(24), size);
    long free = header.getLong(16);
    for (long blocks = 0; free != NO_FREE_BLOCK && free != Hdf5Superblock.UNDEFINED; blocks++) {
      if (free < 0 || free > size - 16 || blocks > size / 16) {
        throw new IllegalArgumentException("a local heap whose free list leaves it");
      }
      long length = data.getLong((int) free + 8);
      if (length < 16 || length > size - free) {
        throw new IllegalArgumentException("a local heap with an impossible free block");
      }
      free = data.getLong((int) free);
    }
    return data;
  }

  /** A B-tree node; level -1 for the root of a tree, whose level is its own to say. */
  private void node(long address, int level, ByteBuffer heap, Map<String, Long> links) {
    claim(address);
    int k = superblock.groupInternalK();
    ByteBuffer node = file.bytes(address, 24 + 8L * (2 * k + 1) + 8L * 2 * k);
    int signature = node.getInt();
    int type = node.get();
    int ownLevel = node.get() & 0xff;
    int used = node.getShort() & 0xffff;
    boolean expected = level < 0 || ownLevel == level;
    if (signature != SIGNATURE_TREE || type != 0 || !expected || used > 2 * k) {
      throw new IllegalArgumentException("no group B-tree node at " + address);
    }
    node.position(24);
    name(heap, node.getLong());
    for (int i = 0; i < used; i++) {
      long child = node.getLong();
      name(heap, node.getLong());
      if (ownLevel > 0) {
        node(child, ownLevel - 1, heap, links);
      } else {
        symbols(child, heap, links);
      }
    }
  }

  private void symbols(long address, ByteBuffer heap, Map<String, Long> links) {
    claim(address);
    int capacity = 2 * superblock.groupLeafK();
    ByteBuffer node = file.bytes(address, 8 + (long) ENTRY_SIZE * capacity);
    int signature = node.getInt();
    int version = node.get();
    node.get();
    int used = node.getShort() & 0xffff;
    if (signature != SIGNATURE_SNOD || version != 1 || used > capacity) {
      throw new IllegalArgumentException("no symbol table node at " + address);
    }
    for (int i = 0; i < used; i++) {
      node.position(8 + i * ENTRY_SIZE);
      entry(node, heap, links);
    }
  }

  private void entry(ByteBuffer entry, ByteBuffer heap, Map<String, Long> links) {
    String name = name(heap, entry.getLong());
    long header = entry.getLong();
    int cacheType = entry.getInt();
    if (cacheType == 2) {
      throw linkRefused("a soft link '" + name + "'");
    }
    if (cacheType < 0 || cacheType > 2) {
      throw new IllegalArgumentException("a symbol table entry of type " + cacheType);
    }
    entry.getInt();
    if (cacheType == 1) {
      cached.put(header, new Hdf5SymbolTable(entry.getLong(), entry.getLong()));
    }
    add(links, name, header);
  }

  /** What the symbol table entry of the group at an address said of it. */
  Optional<Hdf5SymbolTable> cached(long header) {
    return Optional.ofNullable(cached.get(header));
  }

  private static String name(ByteBuffer heap, long offset) {
    if (offset < 0 || offset >= heap.limit()) {
      throw new IllegalArgumentException("a link name outside its heap");
    }
    int end = (int) offset;
    while (heap.get(end) != 0) {
      end++;
    }
    byte[] name = new byte[end - (int) offset];
    heap.get((int) offset, name);
    return new String(name, StandardCharsets.UTF_8);
  }

  private void claim(long address) {
    if (!visited.add(address)) {
      throw new IllegalArgumentException("a group structure at " + address + " that is used twice");
    }
  }

  /** A link message of a compact group. */
  static void link(ByteBuffer in, Map<String, Long> links) {
    int version = in.get();
    int flags = in.get();
    int type = (flags & 8) != 0 ? in.get() & 0xff : 0;
    if (version != 1) {
      throw new IllegalArgumentException("link message version " + version);
    }
    in.position(in.position() + ((flags & 4) != 0 ? 8 : 0) + ((flags & 0x10) != 0 ? 1 : 0));
    long length =
        switch (flags & 3) {
          case 0 -> in.get() & 0xff;
          case 1 -> in.getShort() & 0xffff;
          case 2 -> in.getInt() & 0xffffffffL;
          default -> in.getLong();
        };
    if (length <= 0 || length > in.remaining()) {
      throw new IllegalArgumentException("a link name of " + length + " bytes");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    String name = new String(bytes, StandardCharsets.UTF_8);
    if (type != 0) {
      throw linkRefused((type == 1 ? "a soft link '" : "an external link '") + name + "'");
    }
    add(links, name, in.getLong());
  }

  private static void add(Map<String, Long> links, String name, long address) {
    if (name.isEmpty() || links.put(name, address) != null) {
      throw new IllegalArgumentException("two links named '" + name + "'");
    }
  }

  private static ModelFileException linkRefused(String found) {
    return new ModelFileException(
        "",
        found,
        "hard links only: others may lead to files of your machine",
        "Save the model with Keras itself, which writes no such links.");
  }
}
