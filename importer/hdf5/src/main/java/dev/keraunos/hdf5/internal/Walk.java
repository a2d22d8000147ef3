package dev.keraunos.hdf5.internal;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.file.Limits;
import dev.keraunos.hdf5.internal.group.Link;
import dev.keraunos.hdf5.internal.storage.StoredData;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads the groups of a checked file from the root down, then the data of all datasets as it lies
 * in the file, so that what has been read can be discarded.
 */
final class Walk {
  private static final Set<Kind> LEFT_ALONE = Set.of(Kind.LINK, Kind.SHARED, Kind.UNSUPPORTED);

  /** Reads the values of one dataset. */
  interface Values {
    Tensor read(StoredData data, String path);
  }

  private record Found(Hdf5Group parent, String name, StoredData data, String path) {}

  private final Structure structure;
  private final Predicate<String> wanted;
  private final Values values;
  private final List<Found> datasets = new ArrayList<>();

  /**
   * Of one file.
   *
   * @param wanted by path; see {@link Hdf5Reader}
   * @param values how the values of a dataset are read
   */
  Walk(Structure structure, Predicate<String> wanted, Values values) {
    this.structure = structure;
    this.wanted = wanted;
    this.values = values;
  }

  /** The root group and what is in it. The file is used up. */
  Hdf5Group read() {
    StoredObject object = structure.object(structure.root(), "/");
    if (object.data().isPresent()) {
      throw new Hdf5Exception(Kind.BROKEN, "/", "a dataset as root", "a group", "");
    }
    Hdf5Group root = group(object, "", 0);
    datasets.sort(Comparator.comparingLong(found -> found.data.storage().start()));
    try {
      for (Found found : datasets) {
        structure.file().discardBefore(found.data.storage().start());
        unlessRefused(
            found.parent,
            found.name,
            () -> found.parent.datasets().put(found.name, values.read(found.data, found.path)));
      }
      return root;
    } catch (RuntimeException | Error e) {
      root.close();
      throw e;
    }
  }

  private Hdf5Group group(StoredObject object, String path, int depth) {
    if (depth > Limits.GROUP_DEPTH) {
      throw new Hdf5Exception(
          Kind.BROKEN,
          path,
          "groups nested " + depth + " deep",
          "at most " + Limits.GROUP_DEPTH,
          "");
    }
    Hdf5Group group = Hdf5Group.empty(object.attributes());
    object
        .links()
        .forEach(
            (name, link) ->
                unlessRefused(group, name, () -> child(group, name, link, path, depth)));
    return group;
  }

  /** What is sound, but not for this reader, stops nobody who does not want it. */
  private static void unlessRefused(Hdf5Group parent, String name, Runnable step) {
    try {
      step.run();
    } catch (Hdf5Exception e) {
      if (!LEFT_ALONE.contains(e.kind())) {
        throw e;
      }
      parent.refused().put(name, e);
    }
  }

  private void child(Hdf5Group parent, String name, Link link, String parentPath, int depth) {
    String path = parentPath + "/" + name;
    if (!wanted.test(path)) {
      return;
    }
    try {
      link.requireHard(name);
    } catch (Hdf5Exception e) {
      throw e.under(parentPath.isEmpty() ? "/" : parentPath);
    }
    StoredObject object = structure.object(link.address(), path);
    if (object.data().isPresent()) {
      datasets.add(new Found(parent, name, object.data().get(), path));
    } else {
      parent.groups().put(name, group(object, path, depth + 1));
    }
  }
}
