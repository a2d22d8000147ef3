package dev.keraunos.importer.internal.archive;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arrays of a model, by whichever of Keras' two schemes the file uses. */
public sealed interface WeightStore {

  /**
   * Keras 1 to 3 {@code .h5}: each layer of the top level has one ordered list of arrays.
   *
   * @param layers in file order, those without weights included
   * @param topLevel variables that the model object itself owns
   * @param kerasVersion as the weights group says; empty for Keras 1, which did not write it there
   * @param backend as the weights group says, or empty
   */
  record ByLayer(
      List<Layer> layers, List<StoredArray> topLevel, String kerasVersion, String backend)
      implements WeightStore {
    public ByLayer {
      layers = List.copyOf(layers);
      topLevel = List.copyOf(topLevel);
    }
  }

  /** One layer of a {@link ByLayer} store. */
  record Layer(String name, List<StoredArray> arrays) {
    public Layer {
      arrays = List.copyOf(arrays);
    }
  }

  /**
   * Keras 2.12 and later {@code .keras} and {@code .weights.h5}: a tree that mirrors the objects in
   * memory, keyed by attribute and class names.
   *
   * @param root the model itself
   */
  record ByObject(Entry root) implements WeightStore {}

  /**
   * One object of a {@link ByObject} store.
   *
   * @param path in the file, such as {@code /layers/dense_1}
   * @param layerName the name that Keras 3.6 and later note beside the arrays
   * @param variables by key: {@code 0}, {@code 1} and so on in numeric order, then named ones
   * @param children by attribute, or by class name and counter inside a container
   * @param assets the texts that the archive holds of it, by the name of the file
   */
  record Entry(
      String path,
      Optional<String> layerName,
      List<StoredArray> variables,
      Map<String, Entry> children,
      Map<String, String> assets) {
    public Entry {
      variables = List.copyOf(variables);
      children = Collections.unmodifiableMap(new LinkedHashMap<>(children));
      assets = Map.copyOf(assets);
    }

    /** How many arrays are here and below. */
    public int size() {
      int size = variables.size();
      for (Entry child : children.values()) {
        size += child.size();
      }
      return size;
    }
  }

  /** Every array, for accounting. */
  default List<StoredArray> arrays() {
    return StoredArrays.of(this);
  }

  /** Frees the memory of all arrays. */
  default void close() {
    arrays().forEach(array -> array.value().close());
  }
}
