package dev.keraunos.importer.internal.weights;

import dev.keraunos.importer.internal.archive.StoredArray;
import dev.keraunos.importer.internal.archive.WeightStore;
import dev.keraunos.importer.internal.topology.ModelTopology;
import java.util.HashSet;
import java.util.Set;

/** Gives every array of a file to the variable it belongs to. */
public final class WeightMatcher {
  private WeightMatcher() {}

  /**
   * Matches a file to a model. What older versions stored otherwise is converted to the layouts of
   * Keras 3 on TensorFlow.
   *
   * <p>The variables of a layer that the table does not know, those of layers inside it among them,
   * are named as in the file, by their path below the layer: {@code kernel} and {@code
   * dense/kernel} of legacy weight names, the keys in {@code vars} as {@code 0} and {@code
   * dense/0}.
   *
   * @throws dev.keraunos.keras.ModelFileException if an array belongs to no variable or a variable
   *     has no array; it names both sides. Shapes are checked where layers are lowered.
   */
  public static LayerWeights match(WeightStore store, ModelTopology topology, VariableTable table) {
    Saveable model = Saveable.of(topology, table, store instanceof WeightStore.ByObject);
    StoredWeights matched =
        store instanceof WeightStore.ByLayer byLayer
            ? new LegacyMatcher(byLayer).match(model)
            : new ObjectMatcher().match(model, ((WeightStore.ByObject) store).root());
    freeConverted(store, matched);
    return matched;
  }

  /** Frees the arrays in whose place a converted copy is used. */
  private static void freeConverted(WeightStore store, StoredWeights matched) {
    Set<Long> used = new HashSet<>();
    collect(matched, used);
    for (StoredArray array : store.arrays()) {
      if (!used.contains(array.value().address())) {
        array.value().close();
      }
    }
  }

  /** The addresses of all variables; without native memory they are all 0. */
  private static void collect(StoredWeights weights, Set<Long> addresses) {
    weights.variables().values().forEach(variable -> addresses.add(variable.address()));
    weights.inside().values().forEach(inside -> collect(inside, addresses));
  }
}
