package dev.keraunos.importer.archive;

import dev.keraunos.importer.ModelFileException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.bytedeco.hdf5.H5L_info2_t;
import org.bytedeco.hdf5.H5L_iterate2_t;
import org.bytedeco.hdf5.H5O_info2_t;
import org.bytedeco.hdf5.H5O_token_t;
import org.bytedeco.hdf5.global.hdf5;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Reads any HDF5 file through libhdf5's C API.
 *
 * <p>libhdf5 is neither thread-safe nor proof against damaged files. So all calls happen under one
 * lock, every identifier is closed again, and {@link Hdf5Structure} has checked each object before
 * libhdf5 opens it. Memory that is not a file is handed over as a contiguous copy.
 */
final class NativeHdf5Reader implements Hdf5Reader {
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final long VARIABLE = -1L;
  private static final long COPIED_AT_ONCE = 1 << 26;

  @Override
  public Hdf5Group read(ByteSource file, Predicate<String> wanted) {
    Hdf5Structure structure = new Hdf5Structure(file);
    HdfLibrary.load();
    LOCK.lock();
    try (Image image = file.path().isPresent() ? null : Image.of(file);
        Id open = image == null ? openFile(file) : openImage(image)) {
      return new Walk(structure, wanted).root(open);
    } finally {
      LOCK.unlock();
    }
  }

  private static Id openFile(ByteSource file) {
    try (Id access = Id.of("/", hdf5.H5Pcreate(hdf5.H5P_CLS_FILE_ACCESS_ID_g()), hdf5::H5Pclose);
        BytePointer path =
            new BytePointer(file.path().orElseThrow().toString(), StandardCharsets.UTF_8)) {
      hdf5.H5Pset_file_locking(access.handle, false, true);
      hdf5.H5Pset_fclose_degree(access.handle, hdf5.H5F_CLOSE_STRONG);
      return Id.of("/", hdf5.H5Fopen(path, hdf5.H5F_ACC_RDONLY, access.handle), hdf5::H5Fclose);
    }
  }

  private static Id openImage(Image image) {
    int flags = hdf5.H5LT_FILE_IMAGE_DONT_COPY | hdf5.H5LT_FILE_IMAGE_DONT_RELEASE;
    return Id.of("/", hdf5.H5LTopen_file_image(image.memory, image.size, flags), hdf5::H5Fclose);
  }

  /** A contiguous copy of a source, outside JavaCPP's accounting: it lives as long as one read. */
  private record Image(Pointer memory, long size) implements AutoCloseable {
    static Image of(ByteSource source) {
      Image image = new Image(Pointer.malloc(source.size()), source.size());
      if (image.memory.isNull()) {
        throw new OutOfMemoryError(
            "no memory for a copy of the model file of " + source.size() + " bytes");
      }
      for (long at = 0; at < source.size(); at += COPIED_AT_ONCE) {
        long count = Math.min(COPIED_AT_ONCE, source.size() - at);
        source.read(at, new View(image.memory.address() + at, count).asByteBuffer());
      }
      return image;
    }

    @Override
    public void close() {
      Pointer.free(memory);
    }
  }

  /** Bytes at an address. */
  private static final class View extends BytePointer {
    View(long start, long bytes) {
      address = start;
      limit = bytes;
      capacity = bytes;
    }
  }

  /** An open libhdf5 identifier. */
  private record Id(long handle, LongConsumer closer) implements AutoCloseable {
    static Id of(String path, long handle, LongConsumer closer) {
      check(path, handle);
      return new Id(handle, closer);
    }

    @Override
    public void close() {
      closer.accept(handle);
    }
  }

  private static void check(String path, long status) {
    if (status < 0) {
      throw new ModelFileException(
          path,
          "a structure that libhdf5 refuses",
          "valid HDF5 structures",
          "The file is damaged or hostile: fetch it again.");
    }
  }

  private record Link(String name, int type, long address) {}

  /** Collects the links of a group. */
  private static final class Links extends H5L_iterate2_t {
    private final List<Link> found = new ArrayList<>();

    @Override
    public int call(long group, BytePointer name, H5L_info2_t info, Pointer data) {
      H5O_token_t token = info.u_token();
      long address = 0;
      for (int i = Long.BYTES - 1; i >= 0; i--) {
        address = (address << 8) | (token.__data(i) & 0xff);
      }
      found.add(new Link(name.getString(StandardCharsets.UTF_8), info.type(), address));
      return 0;
    }
  }

  private record Walk(Hdf5Structure structure, Predicate<String> wanted) {
    Hdf5Group root(Id file) {
      Hdf5Object root = structure.object(structure.root(), "/");
      if (root.data().isPresent()) {
        throw new ModelFileException("/", "a dataset as root", "a group", "");
      }
      try (Id group = open(file, "/", "/")) {
        return group(group, "", 0);
      }
    }

    private Id open(Id parent, String name, String path) {
      try (BytePointer bytes = new BytePointer(name, StandardCharsets.UTF_8)) {
        return Id.of(path, hdf5.H5Oopen(parent.handle, bytes, hdf5.H5P_DEFAULT), hdf5::H5Oclose);
      }
    }

    private Hdf5Group group(Id id, String path, int depth) {
      if (depth > Limits.GROUP_DEPTH) {
        throw new ModelFileException(
            path, "groups nested " + depth + " deep", "at most " + Limits.GROUP_DEPTH, "");
      }
      Map<String, Hdf5Group> groups = new LinkedHashMap<>();
      Map<String, Tensor> datasets = new LinkedHashMap<>();
      Hdf5Group group = new Hdf5Group(attributes(id, path), groups, datasets);
      try {
        for (Link link : links(id, path)) {
          child(group, id, link, path + "/" + link.name, depth);
        }
        return group;
      } catch (RuntimeException | Error e) {
        group.close();
        throw e;
      }
    }

    private static List<Link> links(Id group, String path) {
      try (Links links = new Links()) {
        LongPointer from = null;
        check(
            path,
            hdf5.H5Literate2(
                group.handle, hdf5.H5_INDEX_NAME, hdf5.H5_ITER_INC, from, links, null));
        return links.found;
      }
    }

    private void child(Hdf5Group parent, Id parentId, Link link, String path, int depth) {
      if (!wanted.test(path)) {
        return;
      }
      if (link.type != hdf5.H5L_TYPE_HARD) {
        throw Hdf5Groups.linkRefused("a soft or external link").under(path);
      }
      Hdf5Object object = structure.object(link.address, path);
      try (Id id = open(parentId, link.name, path)) {
        if (object.data().isPresent()) {
          parent.datasets().put(link.name, tensor(id, object.data().get(), path));
        } else {
          parent.groups().put(link.name, group(id, path, depth + 1));
        }
      }
    }

    private static Tensor tensor(Id dataset, Hdf5Object.Data data, String path) {
      DType dtype = data.type().dtype().orElseThrow();
      Tensor tensor = Tensor.allocate(dtype, data.space().shape());
      if (tensor.size() == 0) {
        return tensor;
      }
      try (Id stored = Id.of(path, hdf5.H5Dget_type(dataset.handle), hdf5::H5Tclose);
          Id memory = Id.of(path, hdf5.H5Tcopy(stored.handle), hdf5::H5Tclose)) {
        if (data.type().bigEndian() && dtype.bytes() > 1) {
          check(path, hdf5.H5Tset_order(memory.handle, hdf5.H5T_ORDER_LE));
        }
        check(
            path,
            hdf5.H5Dread(
                dataset.handle,
                memory.handle,
                hdf5.H5S_ALL,
                hdf5.H5S_ALL,
                hdf5.H5P_DEFAULT,
                tensor.pointer()));
        return tensor;
      } catch (RuntimeException | Error e) {
        tensor.close();
        throw e;
      }
    }

    private static Map<String, List<String>> attributes(Id object, String path) {
      Map<String, List<String>> attributes = new LinkedHashMap<>();
      long count = attributeCount(object, path);
      for (long i = 0; i < count; i++) {
        try (BytePointer self = new BytePointer(".");
            Id attribute =
                Id.of(
                    path,
                    hdf5.H5Aopen_by_idx(
                        object.handle,
                        self,
                        hdf5.H5_INDEX_NAME,
                        hdf5.H5_ITER_INC,
                        i,
                        hdf5.H5P_DEFAULT,
                        hdf5.H5P_DEFAULT),
                    hdf5::H5Aclose)) {
          String name = name(attribute, path);
          attributes.put(name, new Attribute(attribute, path + "@" + name).values());
        }
      }
      return attributes;
    }

    private static long attributeCount(Id object, String path) {
      try (H5O_info2_t info = new H5O_info2_t()) {
        check(path, hdf5.H5Oget_info3(object.handle, info, hdf5.H5O_INFO_NUM_ATTRS));
        return info.num_attrs();
      }
    }

    private static String name(Id attribute, String path) {
      long length = hdf5.H5Aget_name(attribute.handle, 0, (BytePointer) null);
      check(path, length);
      try (BytePointer name = new BytePointer(length + 1)) {
        check(path, hdf5.H5Aget_name(attribute.handle, length + 1, name));
        return name.limit(length).getString(StandardCharsets.UTF_8);
      }
    }
  }

  private record Attribute(Id attribute, String path) {
    List<String> values() {
      try (Id type = Id.of(path, hdf5.H5Aget_type(attribute.handle), hdf5::H5Tclose);
          Id space = Id.of(path, hdf5.H5Aget_space(attribute.handle), hdf5::H5Sclose)) {
        long count = hdf5.H5Sget_simple_extent_npoints(space.handle);
        check(path, count);
        if (count == 0) {
          return List.of();
        }
        if (hdf5.H5Tget_class(type.handle) != hdf5.H5T_STRING) {
          return numbers(type, count);
        }
        return hdf5.H5Tis_variable_str(type.handle) > 0
            ? variable(type, space, count)
            : fixed(type, count);
      }
    }

    private List<String> fixed(Id type, long count) {
      int size = Math.toIntExact(hdf5.H5Tget_size(type.handle));
      int padding = hdf5.H5Tget_strpad(type.handle);
      List<String> values = new ArrayList<>();
      try (BytePointer data = new BytePointer(Math.multiplyExact(count, size))) {
        check(path, hdf5.H5Aread(attribute.handle, type.handle, data));
        ByteBuffer bytes = data.asByteBuffer();
        for (int i = 0; i < count; i++) {
          values.add(Hdf5Attributes.trim(bytes.slice(i * size, size), padding));
        }
      }
      return values;
    }

    private List<String> variable(Id type, Id space, long count) {
      List<String> values = new ArrayList<>();
      try (Id memory = Id.of(path, hdf5.H5Tcopy(hdf5.H5T_C_S1_g()), hdf5::H5Tclose);
          PointerPointer<BytePointer> texts = new PointerPointer<>(count)) {
        check(path, hdf5.H5Tset_size(memory.handle, VARIABLE));
        check(path, hdf5.H5Tset_cset(memory.handle, hdf5.H5Tget_cset(type.handle)));
        check(path, hdf5.H5Aread(attribute.handle, memory.handle, texts));
        for (long i = 0; i < count; i++) {
          BytePointer text = texts.get(BytePointer.class, i);
          values.add(text == null ? "" : text.getString(StandardCharsets.UTF_8));
        }
        hdf5.H5Treclaim(memory.handle, space.handle, hdf5.H5P_DEFAULT, texts);
      }
      return values;
    }

    private List<String> numbers(Id type, long count) {
      List<String> values = new ArrayList<>();
      if (hdf5.H5Tget_class(type.handle) == hdf5.H5T_FLOAT) {
        try (DoublePointer data = new DoublePointer(count)) {
          check(path, hdf5.H5Aread(attribute.handle, hdf5.H5T_NATIVE_DOUBLE_g(), data));
          for (long i = 0; i < count; i++) {
            values.add(Double.toString(data.get(i)));
          }
        }
      } else {
        try (LongPointer data = new LongPointer(count)) {
          check(path, hdf5.H5Aread(attribute.handle, hdf5.H5T_NATIVE_LLONG_g(), data));
          for (long i = 0; i < count; i++) {
            values.add(Long.toString(data.get(i)));
          }
        }
      }
      return values;
    }
  }
}
