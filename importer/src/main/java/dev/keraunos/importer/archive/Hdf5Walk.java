package dev.keraunos.importer.archive;

import dev.keraunos.importer.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Reads the groups of a checked file from the root down.
 *
 * @param wanted by path; see {@link Hdf5Reader}
 * @param values how the values of a dataset are read
 */
record Hdf5Walk(Hdf5Structure structure, Predicate<String> wanted, Values values) {
  /** Reads the values of one dataset. */
  interface Values {
    Tensor read(Hdf5Object.Data data, String path);
  }

  /** The root group and what is in it. */
  Hdf5Group read() {
    Hdf5Object root = structure.object(structure.root(), "/");
    if (root.data().isPresent()) {
      throw new ModelFileException("/", "a dataset as root", "a group", "");
    }
    return group(root, "", 0);
  }

  private Hdf5Group group(Hdf5Object object, String path, int depth) {
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
      parent.datasets().put(name, values.read(object.data().get(), path));
    } else {
      parent.groups().put(name, group(object, path, depth + 1));
    }
  }
}
