package dev.keraunos.hdf5.internal;

import dev.keraunos.error.InputException;
import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.btree.Btree2;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.group.Link;
import dev.keraunos.hdf5.internal.group.Links;
import dev.keraunos.hdf5.internal.heap.FractalHeap;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import dev.keraunos.hdf5.internal.metadata.SymbolTable;
import dev.keraunos.hdf5.internal.object.Attributes;
import dev.keraunos.hdf5.internal.object.Dataspace;
import dev.keraunos.hdf5.internal.object.Datatype;
import dev.keraunos.hdf5.internal.object.ObjectHeader;
import dev.keraunos.hdf5.internal.object.ObjectHeader.Message;
import dev.keraunos.hdf5.internal.storage.FillValue;
import dev.keraunos.hdf5.internal.storage.Filter;
import dev.keraunos.hdf5.internal.storage.Layouts;
import dev.keraunos.hdf5.internal.storage.StoredData;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The structures of one HDF5 file, each checked before it is used: every address and length lies
 * inside the file, no structure is reached twice, no object claims more than the file can hold.
 *
 * <p>It follows the HDF5 file format for superblocks 0 to 3, object headers 1 and 2, groups of all
 * kinds and every storage inside the file.
 */
final class Structure {
  private static final int DATASPACE = 0x01;
  private static final int LINK_INFO = 0x02;
  private static final int DATATYPE = 0x03;
  private static final int OLD_FILL_VALUE = 0x04;
  private static final int FILL_VALUE = 0x05;
  private static final int LINK = 0x06;
  private static final int EXTERNAL_FILES = 0x07;
  private static final int LAYOUT = 0x08;
  private static final int FILTERS = 0x0b;
  private static final int ATTRIBUTE = 0x0c;
  private static final int SHARED_TABLE = 0x0f;
  private static final int SYMBOL_TABLE = 0x11;
  private static final int BTREE_K = 0x13;
  private static final int DRIVER_INFO = 0x14;
  private static final int ATTRIBUTE_INFO = 0x15;
  private static final int CACHE_IMAGE = 0x18;
  private static final int LAST_KNOWN = 0x18;

  private static final int LINKS_BY_NAME = 5;
  private static final int ATTRIBUTES_BY_NAME = 8;

  private final ByteSource file;
  private final Superblock superblock;
  private final Links groups;
  private final Layouts storage;
  private final Attributes attributes;
  private final Set<Long> visited = new HashSet<>();

  /**
   * Reads the superblock.
   *
   * @throws Hdf5Exception if this is no HDF5 file, or a truncated one
   */
  Structure(ByteSource whole) {
    superblock = guarded("/", () -> Superblock.read(whole));
    file = whole.slice(superblock.base(), whole.size() - superblock.base());
    groups = new Links(file, superblock);
    storage = new Layouts(file, superblock);
    attributes = new Attributes(file);
    superblock.extension().ifPresent(at -> guarded("superblock extension", () -> read(at)));
  }

  /** The file from the superblock on: what addresses count from. */
  ByteSource file() {
    return file;
  }

  /** The address of the root group. */
  long root() {
    return superblock.root();
  }

  /**
   * Reads and checks one object. Each may be asked for once: a second path to it, or a circle, is
   * an error.
   *
   * @param path for error messages
   */
  StoredObject object(long address, String path) {
    if (!visited.add(address)) {
      throw new Hdf5Exception(
          Kind.SHARED,
          path,
          "a second link to the object at " + address,
          "one path to each object",
          "Remove the other link.");
    }
    return guarded(path, () -> read(address));
  }

  private interface Step<T> {
    T run();
  }

  private static <T> T guarded(String path, Step<T> step) {
    try {
      return step.run();
    } catch (Hdf5Exception e) {
      throw e.under(path);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw Hdf5Exception.damaged(path, "a structure cut short", "complete HDF5 structures", e);
    } catch (IllegalArgumentException | ArithmeticException | InputException e) {
      throw Hdf5Exception.damaged(path, e.getMessage(), "valid HDF5 structures", e);
    }
  }

  private StoredObject read(long address) {
    Parts parts = new Parts();
    for (Message message : ObjectHeader.read(file, address)) {
      parts.add(message);
    }
    requireCached(address, parts);
    if (parts.type != null && parts.layout == null) {
      throw unsupported("a named datatype");
    }
    parts.symbolTable.ifPresent(table -> parts.links.putAll(groups.links(table)));
    Optional<StoredData> data =
        parts.layout == null
            ? Optional.empty()
            : Optional.of(storage.data(parts.claim(), parts.layout));
    return new StoredObject(parts.attributes, parts.links, data);
  }

  /**
   * A symbol table entry repeats where its group's tables lie. The copy is stale, and nobody's
   * guide, once libhdf5 turned the group into one of link messages for a name beyond ASCII.
   */
  private void requireCached(long address, Parts parts) {
    Optional<SymbolTable> cached =
        address == superblock.root() ? superblock.rootCache() : groups.cached(address);
    if (cached.isPresent() && !parts.hasLinkInfo && !cached.equals(parts.symbolTable)) {
      throw Hdf5Exception.invalid("a group at odds with the entry that leads to it");
    }
  }

  /** What the messages of one header say. */
  private final class Parts {
    private final Map<String, List<String>> attributes = new LinkedHashMap<>();
    private final Map<String, Link> links = new LinkedHashMap<>();
    private Optional<SymbolTable> symbolTable = Optional.empty();
    private boolean hasLinkInfo;
    private Datatype type;
    private Dataspace space;
    private ByteBuffer layout;
    private final List<Filter> filters = new ArrayList<>();
    private FillValue fill;
    private FillValue oldFill = FillValue.ZERO;

    Layouts.Claim claim() {
      return new Layouts.Claim(type, space, filters, fill == null ? oldFill : fill);
    }

    void add(Message message) {
      ByteBuffer in = message.data();
      if ((message.flags() & 2) != 0) {
        throw unsupported("a message shared between objects");
      }
      if (message.type() > LAST_KNOWN && (message.flags() & 0x88) != 0) {
        throw unsupported("header message " + message.type());
      }
      switch (message.type()) {
        case DATASPACE -> space = once(space, Dataspace.read(in));
        case DATATYPE -> type = once(type, Datatype.read(in));
        case LAYOUT -> layout = once(layout, in);
        case FILTERS -> filters.addAll(Filter.read(in));
        case FILL_VALUE -> fill = FillValue.read(in);
        case OLD_FILL_VALUE -> oldFill = FillValue.readOld(in);
        case ATTRIBUTE -> Structure.this.attributes.read(in, attributes);
        case SYMBOL_TABLE ->
            symbolTable =
                Optional.of(
                    once(symbolTable.orElse(null), new SymbolTable(in.getLong(), in.getLong())));
        case LINK -> Links.link(in, links);
        case LINK_INFO -> {
          hasLinkInfo = true;
          inHeap(in, 8, LINKS_BY_NAME, link -> Links.link(link, links));
        }
        case ATTRIBUTE_INFO ->
            inHeap(
                in,
                2,
                ATTRIBUTES_BY_NAME,
                attribute -> Structure.this.attributes.read(attribute, attributes));
        case EXTERNAL_FILES -> throw unsupported("data stored in another file");
        case SHARED_TABLE, CACHE_IMAGE, DRIVER_INFO, BTREE_K ->
            throw unsupported("header message " + message.type());
        default -> {} // comments, times, reference counts
      }
    }

    private <T> T once(T earlier, T value) {
      if (earlier != null) {
        throw Hdf5Exception.invalid("an object header with two messages of one kind");
      }
      return value;
    }

    /**
     * Link info and attribute info: where a heap with more links or attributes lies, and the B-tree
     * that lists them by name.
     */
    private void inHeap(ByteBuffer in, int creationIndexBytes, int tree, Consumer<ByteBuffer> add) {
      int version = in.get();
      int flags = in.get();
      if (version != 0) {
        throw Hdf5Exception.invalid("index information of version " + version);
      }
      if ((flags & 1) != 0) {
        in.position(in.position() + creationIndexBytes);
      }
      long heapAddress = in.getLong();
      long treeAddress = in.getLong();
      if (heapAddress != Superblock.UNDEFINED) {
        FractalHeap heap = new FractalHeap(file, heapAddress);
        for (ByteBuffer record : Btree2.records(file, treeAddress, tree)) {
          record.position(tree == LINKS_BY_NAME ? 4 : 0); // links begin with a hash of the name
          add.accept(heap.object(record));
        }
      }
    }
  }

  private static Hdf5Exception unsupported(String found) {
    return new Hdf5Exception(
        Kind.UNSUPPORTED,
        "",
        found,
        "plain groups, attributes and datasets inside this one file",
        "");
  }
}
