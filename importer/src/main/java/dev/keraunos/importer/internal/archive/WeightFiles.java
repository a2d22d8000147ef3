package dev.keraunos.importer.internal.archive;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.Hdf5Group;
import dev.keraunos.hdf5.internal.Hdf5Reader;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From the groups of an HDF5 file to the weights of a model. */
final class WeightFiles {
  /** What a v3 store keeps beside the model: never needed to predict, and left unread. */
  private static final Set<String> TRAINING_STATE = Set.of("/optimizer_weights", "/optimizer");

  private WeightFiles() {}

  /**
   * Reads a file without the optimizer's state.
   *
   * @throws ModelFileException if the HDF5 reader refuses it
   */
  static Hdf5Group read(Hdf5Reader reader, ByteSource file) {
    try {
      return reader.read(file, path -> !TRAINING_STATE.contains(path));
    } catch (Hdf5Exception e) {
      throw Hdf5Refusals.of(e);
    }
  }

  /** The weights of a file of any scheme, a full model included. */
  static WeightStore store(Hdf5Group root) {
    Hdf5Group inner = root.groups().get("model_weights");
    if (isByLayer(root)) {
      return byLayer(root, "");
    }
    if (inner != null) {
      return byLayer(inner, "/model_weights");
    }
    Hdf5Exception refused = root.refused().get("model_weights");
    if (refused != null) {
      throw Hdf5Refusals.of(refused);
    }
    if (root.attributes().containsKey("nb_layers")) {
      throw new ModelFileException(
          "/@nb_layers",
          "weights of Keras 0.x, stored by number",
          "weights of Keras 1.0 and later",
          "Load them with Keras 1 and save the model again.");
    }
    boolean known =
        root.groups().keySet().stream()
            .anyMatch(Set.of("layers", "_layer_checkpoint_dependencies", "vars")::contains);
    if (!known && !root.groups().isEmpty()) {
      known = root.groups().values().stream().anyMatch(WeightFiles::holdsVars);
    }
    if (!known) {
      throw new ModelFileException(
          "/",
          "an HDF5 file with " + describe(root),
          "attribute layer_names, or groups of a Keras 3 weights file",
          "This is no file that Keras saved.");
    }
    return new WeightStore.ByObject(entry(root, ""));
  }

  private static boolean isByLayer(Hdf5Group group) {
    return group.attributes().containsKey("layer_names")
        || group.attributes().containsKey("layer_names0");
  }

  private static boolean holdsVars(Hdf5Group group) {
    return group.groups().containsKey("vars")
        || group.groups().values().stream().anyMatch(WeightFiles::holdsVars);
  }

  private static String describe(Hdf5Group root) {
    return "attributes " + root.attributes().keySet() + " and groups " + root.groups().keySet();
  }

  private static WeightStore.ByLayer byLayer(Hdf5Group group, String path) {
    List<WeightStore.Layer> layers = new ArrayList<>();
    for (String name : names(group, "layer_names", path)) {
      layers.add(new WeightStore.Layer(name, arrays(child(group, name, path), path + "/" + name)));
    }
    Hdf5Group top = group.groups().get("top_level_model_weights");
    List<StoredArray> topLevel =
        top == null ? List.of() : arrays(top, path + "/top_level_model_weights");
    return new WeightStore.ByLayer(
        layers, topLevel, text(group, "keras_version"), text(group, "backend"));
  }

  /** A text attribute, or empty. */
  static String text(Hdf5Group group, String attribute) {
    List<String> values = group.attributes().getOrDefault(attribute, List.of());
    return values.isEmpty() ? "" : values.get(0);
  }

  /** An attribute that Keras splits into numbered parts where it is longer than a header may be. */
  private static List<String> names(Hdf5Group group, String attribute, String path) {
    List<String> whole = group.attributes().get(attribute);
    if (whole != null) {
      return whole;
    }
    List<String> names = new ArrayList<>();
    for (int part = 0; group.attributes().containsKey(attribute + part); part++) {
      names.addAll(group.attributes().get(attribute + part));
    }
    if (!group.attributes().containsKey(attribute + 0)) {
      throw new ModelFileException(
          path + "@" + attribute, "no such attribute", "a list of names", "The file is damaged.");
    }
    return names;
  }

  private static Hdf5Group child(Hdf5Group group, String name, String path) {
    Hdf5Group at = group;
    for (String part : name.split("/", -1)) {
      Hdf5Group inside = part.isEmpty() ? at : at.groups().get(part);
      if (inside == null) {
        throw missing(at, part, path + "/" + name, "group");
      }
      at = inside;
    }
    return at;
  }

  private static List<StoredArray> arrays(Hdf5Group layer, String path) {
    List<StoredArray> arrays = new ArrayList<>();
    for (String name : names(layer, "weight_names", path)) {
      int slash = name.lastIndexOf('/');
      Hdf5Group parent = slash < 0 ? layer : child(layer, name.substring(0, slash), path);
      Tensor value = parent.datasets().get(name.substring(slash + 1));
      if (value == null) {
        throw missing(parent, name.substring(slash + 1), path + "/" + name, "dataset");
      }
      arrays.add(new StoredArray(path + "/" + name, name, value));
    }
    return arrays;
  }

  private static ModelFileException missing(
      Hdf5Group parent, String name, String path, String kind) {
    Hdf5Exception refused = parent.refused().get(name);
    if (refused != null) {
      return Hdf5Refusals.of(refused);
    }
    return new ModelFileException(
        path,
        "no " + kind + " of this name",
        "one for every name that the file lists",
        "The file is damaged or incomplete: save the model again.");
  }

  /** One object of a v3 store, with what is below it. */
  static WeightStore.Entry entry(Hdf5Group group, String path) {
    requireRead(group);
    Hdf5Group vars = group.groups().get("vars");
    Map<String, WeightStore.Entry> children = new LinkedHashMap<>();
    group
        .groups()
        .forEach(
            (name, child) -> {
              if (!name.equals("vars")) {
                children.put(name, entry(child, path + "/" + name));
              }
            });
    String name = vars == null ? "" : text(vars, "name");
    return new WeightStore.Entry(
        path.isEmpty() ? "/" : path,
        name.isEmpty() ? Optional.empty() : Optional.of(name),
        vars == null ? List.of() : variables(vars, path + "/vars"),
        children,
        Map.of());
  }

  static List<StoredArray> variables(Hdf5Group vars, String path) {
    requireRead(vars);
    List<StoredArray> variables = new ArrayList<>();
    vars.datasets()
        .forEach((key, value) -> variables.add(new StoredArray(path + "/" + key, key, value)));
    variables.sort(Comparator.comparingInt(WeightFiles::position).thenComparing(StoredArray::name));
    return variables;
  }

  /** All that lies in a v3 store is the model's, but links that somebody added. */
  private static void requireRead(Hdf5Group group) {
    for (Hdf5Exception refused : group.refused().values()) {
      if (refused.kind() == Hdf5Exception.Kind.UNSUPPORTED) {
        throw Hdf5Refusals.of(refused);
      }
    }
  }

  private static int position(StoredArray array) {
    return array.name().matches("\\d{1,9}") ? Integer.parseInt(array.name()) : Integer.MAX_VALUE;
  }
}
