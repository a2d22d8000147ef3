package dev.keraunos.importer.archive;

import dev.keraunos.importer.archive.Hdf5Object.Storage;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * Reads HDF5 in plain Java: everything that Keras writes, and what h5repack makes of it. Data goes
 * from the file straight into tensors. It needs no lock, no native code and no copy of the file.
 */
final class JavaHdf5Reader implements Hdf5Reader {
  /** The file uses a feature that only libhdf5 reads. */
  static final class BeyondJava extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BeyondJava() {
      super("chunks with an index of HDF5 1.10", null, false, false);
    }
  }

  private static final int READ_AT_ONCE = 1 << 24;

  @Override
  public Hdf5Group read(ByteSource file, Predicate<String> wanted) {
    Hdf5Structure structure = new Hdf5Structure(file);
    Hdf5Walk walk = new Hdf5Walk(structure, wanted, (data, path) -> values(structure, data, path));
    return walk.read();
  }

  private static Tensor values(Hdf5Structure structure, Hdf5Object.Data data, String path) {
    if (data.storage() instanceof Storage.IndexedChunks) {
      throw new BeyondJava();
    }
    Tensor tensor = Tensor.allocate(data.type().dtype().orElseThrow(), data.space().shape());
    try {
      fill(tensor, data.storage(), structure.file());
      if (data.type().bigEndian()) {
        swapBytes(tensor);
      }
      return tensor;
    } catch (ModelFileException e) {
      tensor.close();
      throw e.under(path);
    }
  }

  private static void fill(Tensor tensor, Storage storage, ByteSource file) {
    if (storage instanceof Storage.Inline inline) {
      tensor.bytes(0, inline.data().remaining()).put(inline.data());
    } else if (storage instanceof Storage.Chunked chunked) {
      chunked.chunks().read(file, tensor);
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
