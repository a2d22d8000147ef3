package dev.keraunos.hdf5.internal;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.storage.Storage;
import dev.keraunos.hdf5.internal.storage.StoredData;
import dev.keraunos.tensor.Tensor;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * Reads HDF5 in plain Java: every storage that libhdf5 knows but data packed with nbit or
 * scaleoffset. Data goes from the file straight into tensors. It needs no lock, no native code and
 * no copy of the file.
 */
final class JavaReader implements Hdf5Reader {
  private static final int READ_AT_ONCE = 1 << 24;

  @Override
  public Hdf5Group read(ByteSource file, Predicate<String> wanted) {
    Structure structure = new Structure(file);
    Walk walk = new Walk(structure, wanted, (data, path) -> values(structure, data, path));
    return walk.read();
  }

  private static Tensor values(Structure structure, StoredData data, String path) {
    Tensor tensor = Tensor.allocate(data.type().dtype().orElseThrow(), data.space().shape());
    try {
      fill(tensor, data, structure.file());
      if (data.type().bigEndian()) {
        swapBytes(tensor);
      }
      return tensor;
    } catch (Hdf5Exception e) {
      tensor.close();
      throw e.under(path);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      tensor.close();
      throw Hdf5Exception.damaged(path, "a chunk cut short", "complete chunks", e);
    }
  }

  private static void fill(Tensor tensor, StoredData data, ByteSource file) {
    Storage storage = data.storage();
    if (storage instanceof Storage.Unwritten) {
      data.fill().fill(tensor);
    } else if (storage instanceof Storage.Inline inline) {
      tensor.bytes(0, inline.data().remaining()).put(inline.data());
    } else if (storage instanceof Storage.Chunked chunked) {
      chunked.chunks().read(file, data.fill(), tensor);
    } else if (storage instanceof Storage.Contiguous contiguous) {
      for (long at = 0; at < tensor.byteSize(); ) {
        ByteBuffer window = tensor.bytes(at, READ_AT_ONCE);
        int count = window.remaining();
        file.read(contiguous.address() + at, window);
        at += count;
        file.discardBefore(contiguous.address() + at);
      }
    }
  }

  private static void swapBytes(Tensor tensor) {
    int width = tensor.dtype().bytes();
    for (long at = 0; at < tensor.byteSize(); at += width) {
      ByteBuffer element = tensor.bytes(at, width);
      for (int i = 0; i < width / 2; i++) {
        byte first = element.get(i);
        element.put(i, element.get(width - 1 - i)).put(width - 1 - i, first);
      }
    }
  }
}
