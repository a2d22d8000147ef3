package dev.keraunos.importer.weights;

import dev.keraunos.importer.archive.WeightStore;
import dev.keraunos.importer.topology.ModelTopology;

/** Gives every array of a file to the variable it belongs to. */
public final class WeightMatcher {
  private WeightMatcher() {}

  /**
   * Matches a file to a model. What older versions stored otherwise is converted to the layouts of
   * Keras 3 on TensorFlow.
   *
   * <p>The variables of a layer that the table does not know are named as in the file: the last
   * part of a legacy weight name, or the key in {@code vars}.
   *
   * @throws dev.keraunos.importer.ModelFileException if an array belongs to no variable or a
   *     variable has no array; it names both sides. Shapes are checked where layers are lowered.
   */
  public static LayerWeights match(WeightStore store, ModelTopology topology, VariableTable table) {
    Saveable model = Saveable.of(topology, table);
    return store instanceof WeightStore.ByLayer byLayer
        ? new LegacyMatcher(byLayer).match(model)
        : new ObjectMatcher().match(model, ((WeightStore.ByObject) store).root());
  }
}
