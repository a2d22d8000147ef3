package dev.keraunos.hdf5.internal.group;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.btree.Btree1Node;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.heap.LocalHeap;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import dev.keraunos.hdf5.internal.metadata.SymbolTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The links of groups: symbol tables (HDF5 file format, III.B and III.C) and link messages
 * (IV.A.2.g). No structure may be reached twice.
 */
public final class Links {
  private static final int SIGNATURE_SNOD = 0x444f4e53;
  private static final int ENTRY_SIZE = 40;

  private final ByteSource file;
  private final Superblock superblock;
  private final Set<Long> visited = new HashSet<>();
  private final Map<Long, SymbolTable> cached = new HashMap<>();

  public Links(ByteSource file, Superblock superblock) {
    this.file = file;
    this.superblock = superblock;
  }

  /**
   * The links of a symbol-table group by name.
   *
   * @throws Hdf5Exception if its structures are damaged or used twice
   */
  public Map<String, Link> links(SymbolTable table) {
    claim(table.heap());
    LocalHeap heap = LocalHeap.read(file, table.heap());
    Map<String, Link> links = new LinkedHashMap<>();
    node(table.btree(), Btree1Node.ROOT, heap, links);
    return links;
  }

  private void node(long address, int level, LocalHeap heap, Map<String, Link> links) {
    claim(address);
    Btree1Node node =
        Btree1Node.read(
            file, address, Btree1Node.Kind.GROUP, level, superblock.groupInternalK(), Long.BYTES);
    ByteBuffer bytes = node.bytes();
    heap.name(bytes.getLong());
    for (int i = 0; i < node.used(); i++) {
      long child = bytes.getLong();
      heap.name(bytes.getLong());
      if (node.level() > 0) {
        node(child, node.level() - 1, heap, links);
      } else {
        symbols(child, heap, links);
      }
    }
  }

  private void symbols(long address, LocalHeap heap, Map<String, Link> links) {
    claim(address);
    int capacity = 2 * superblock.groupLeafK();
    ByteBuffer node = file.bytes(address, 8 + (long) ENTRY_SIZE * capacity);
    int signature = node.getInt();
    int version = node.get();
    node.get();
    int used = node.getShort() & 0xffff;
    if (signature != SIGNATURE_SNOD || version != 1 || used > capacity) {
      throw Hdf5Exception.invalid("no symbol table node at " + address);
    }
    for (int i = 0; i < used; i++) {
      node.position(8 + i * ENTRY_SIZE);
      entry(node, heap, links);
    }
  }

  private void entry(ByteBuffer entry, LocalHeap heap, Map<String, Link> links) {
    String name = heap.name(entry.getLong());
    long header = entry.getLong();
    int cacheType = entry.getInt();
    if (cacheType == 2) {
      add(links, name, Link.elsewhere("soft"));
      return;
    }
    if (cacheType < 0 || cacheType > 2) {
      throw Hdf5Exception.invalid("a symbol table entry of type " + cacheType);
    }
    entry.getInt();
    if (cacheType == 1) {
      cached.put(header, new SymbolTable(entry.getLong(), entry.getLong()));
    }
    add(links, name, Link.to(header));
  }

  /** What the symbol table entry of the group at an address said of it. */
  public Optional<SymbolTable> cached(long header) {
    return Optional.ofNullable(cached.get(header));
  }

  private void claim(long address) {
    if (!visited.add(address)) {
      throw Hdf5Exception.invalid("a group structure at " + address + " that is used twice");
    }
  }

  /**
   * Adds a link message of a compact group.
   *
   * @throws Hdf5Exception if it is damaged, or there is one of the same name
   */
  public static void link(ByteBuffer in, Map<String, Link> links) {
    int version = in.get();
    int flags = in.get();
    int type = (flags & 8) != 0 ? in.get() & 0xff : 0;
    if (version != 1) {
      throw Hdf5Exception.invalid("link message version " + version);
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
      throw Hdf5Exception.invalid("a link name of " + length + " bytes");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    String name = new String(bytes, StandardCharsets.UTF_8);
    add(
        links,
        name,
        type == 0 ? Link.to(in.getLong()) : Link.elsewhere(type == 1 ? "soft" : "external"));
  }

  private static void add(Map<String, Link> links, String name, Link link) {
    if (name.isEmpty() || links.put(name, link) != null) {
      throw Hdf5Exception.invalid("two links named '" + name + "'");
    }
  }
}
