package dev.keraunos.hdf5.internal;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.storage.StoredData;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.bytedeco.hdf5.global.hdf5;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Reads datasets through libhdf5's C API, whatever their storage.
 *
 * <p>libhdf5 is neither thread-safe nor proof against damaged files. So all calls happen under one
 * lock, every identifier is closed again, and {@link Structure} has checked each object before
 * libhdf5 opens it. Memory that is not a file is handed over as a contiguous copy.
 */
final class NativeReader implements Hdf5Reader {
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final long COPIED_AT_ONCE = 1 << 26;

  @Override
  public Hdf5Group read(ByteSource file, Predicate<String> wanted) {
    HdfLibrary.load();
    LOCK.lock();
    try (Image image = file.path().isPresent() ? null : Image.of(file)) {
      Structure structure = new Structure(image == null ? file : image.source());
      try (Id open = image == null ? openFile(file) : openImage(image)) {
        return new Walk(structure, wanted, (data, path) -> values(open, data, path)).read();
      }
    } finally {
      LOCK.unlock();
    }
  }

  private static Id openFile(ByteSource file) {
    String name = file.path().orElseThrow().toString();
    try (Id access = Id.of("/", hdf5.H5Pcreate(hdf5.H5P_CLS_FILE_ACCESS_ID_g()), hdf5::H5Pclose);
        BytePointer path = new BytePointer(name, StandardCharsets.UTF_8)) {
      hdf5.H5Pset_file_locking(access.handle, false, true);
      hdf5.H5Pset_fclose_degree(access.handle, hdf5.H5F_CLOSE_STRONG);
      return Id.of("/", hdf5.H5Fopen(path, hdf5.H5F_ACC_RDONLY, access.handle), hdf5::H5Fclose);
    }
  }

  private static Id openImage(Image image) {
    int flags = hdf5.H5LT_FILE_IMAGE_DONT_COPY | hdf5.H5LT_FILE_IMAGE_DONT_RELEASE;
    return Id.of("/", hdf5.H5LTopen_file_image(image.memory, image.size, flags), hdf5::H5Fclose);
  }

  private static Tensor values(Id file, StoredData data, String path) {
    DType dtype = data.type().dtype().orElseThrow();
    Tensor tensor = Tensor.allocate(dtype, data.space().shape());
    if (tensor.size() == 0) {
      return tensor;
    }
    try (BytePointer name = new BytePointer(path, StandardCharsets.UTF_8);
        Id dataset =
            Id.of(path, hdf5.H5Dopen2(file.handle, name, hdf5.H5P_DEFAULT), hdf5::H5Dclose);
        Id stored = Id.of(path, hdf5.H5Dget_type(dataset.handle), hdf5::H5Tclose);
        Id memory = Id.of(path, hdf5.H5Tcopy(stored.handle), hdf5::H5Tclose)) {
      if (data.type().bigEndian() && dtype.bytes() > 1) {
        check(path, hdf5.H5Tset_order(memory.handle, hdf5.H5T_ORDER_LE));
      }
      int all = hdf5.H5S_ALL;
      Pointer target = View.of(tensor.address(), tensor.byteSize());
      check(path, hdf5.H5Dread(dataset.handle, memory.handle, all, all, hdf5.H5P_DEFAULT, target));
      return tensor;
    } catch (RuntimeException | Error e) {
      tensor.close();
      throw e;
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
      throw Hdf5Exception.damaged(
          path, "a structure that libhdf5 refuses", "valid HDF5 structures", null);
    }
  }

  /** A contiguous copy of a source, outside JavaCPP's accounting: it lives as long as one read. */
  private record Image(Pointer memory, long size) implements AutoCloseable {
    static Image of(ByteSource source) {
      Image image = new Image(Pointer.malloc(source.size()), source.size());
      if (image.memory.isNull()) {
        throw new OutOfMemoryError(
            "no memory for a copy of the file of " + source.size() + " bytes");
      }
      for (long at = 0; at < source.size(); at += COPIED_AT_ONCE) {
        long count = Math.min(COPIED_AT_ONCE, source.size() - at);
        source.read(at, new View(image.memory.address() + at, count).asByteBuffer());
        source.discardBefore(at + count);
      }
      return image;
    }

    ByteSource source() {
      return ByteSource.of(
          size, (at, most) -> new View(memory.address() + at, most).asByteBuffer());
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

    /** As a pointer of any kind, so that the reader itself links where JavaCPP is absent. */
    static Pointer of(long start, long bytes) {
      return new View(start, bytes);
    }
  }
}
