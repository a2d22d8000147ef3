package dev.keraunos.importer.archive;

import dev.keraunos.importer.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Reads the HDF5 that Keras writes: symbol-table or compact groups, contiguous or compact
 * little-endian data. Data goes from the file straight into tensors. It needs no lock, no native
 * code and no copy of the file.
 */
final class JavaHdf5Reader implements Hdf5Reader {
  /** The file uses a feature that only libhdf5 reads. */
  static final class BeyondJava extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BeyondJava(String feature) {
      super(feature, null, false, false);
    }
  }

  @Override
  public Hdf5Group read(ByteSource file, Predicate<String> wanted) {
    return new Walk(new Hdf5Structure(file), wanted).group();
  }

  private record Walk(Hdf5Structure structure, Predicate<String> wanted) {
    Hdf5Group group() {
      Hdf5Object root = structure.object(structure.root(), "/");
      if (root.data().isPresent()) {
        throw new ModelFileException("/", "a dataset as root", "a group", "");
      }
      return group(root, "", 0);
    }

    private Hdf5Group group(Hdf5Object object, String path, int depth) {
      requirePlain(object);
      if (depth > Limits.GROUP_DEPTH) {
        throw new ModelFileException(
            path, "groups nested " + depth + " deep", "at most " + Limits.GROUP_DEPTH, "");
      }
      Map<String, Hdf5Group> groups = new LinkedHashMap<>();
      Map<String, Tensor> datasets = new LinkedHashMap<>();
      Hdf5Group group = new Hdf5Group(object.attributes(), groups, datasets);
      try {
        object
            .links()
            .forEach((name, address) -> child(group, name, address, path + "/" + name, depth));
        return group;
      } catch (RuntimeException | Error e) {
        group.close();
        throw e;
      }
    }

    private void child(Hdf5Group parent, String name, long address, String path, int depth) {
      if (!wanted.test(path)) {
        return;
      }
      Hdf5Object object = structure.object(address, path);
      if (object.data().isPresent()) {
        requirePlain(object);
        parent.datasets().put(name, tensor(object.data().get(), path));
      } else {
        parent.groups().put(name, group(object, path, depth + 1));
      }
    }

    private static void requirePlain(Hdf5Object object) {
      if (!object.beyond().isEmpty()) {
        throw new BeyondJava(String.join(", ", object.beyond()));
      }
    }

    private Tensor tensor(Hdf5Object.Data data, String path) {
      if (data.type().bigEndian() && data.type().size() > 1) {
        throw new BeyondJava("big-endian data");
      }
      Tensor tensor = Tensor.allocate(data.type().dtype().orElseThrow(), data.space().shape());
      try {
        if (data.inline().isPresent()) {
          tensor.bytes(0, (int) data.bytes()).put(data.inline().get().duplicate());
        } else {
          fill(tensor, data.address());
        }
        return tensor;
      } catch (ModelFileException e) {
        tensor.close();
        throw e.under(path);
      }
    }

    private void fill(Tensor tensor, long address) {
      for (long at = 0; at < tensor.byteSize(); ) {
        ByteBuffer window = tensor.bytes(at, Integer.MAX_VALUE);
        int count = window.remaining();
        structure.file().read(address + at, window);
        at += count;
      }
    }
  }
}
