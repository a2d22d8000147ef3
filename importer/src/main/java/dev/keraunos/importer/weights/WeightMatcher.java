package dev.keraunos.importer.weights;

import dev.keraunos.importer.archive.WeightStore;
import dev.keraunos.importer.topology.ModelTopology;
import dev.keraunos.loss.KerasVersion;

/** Matches the arrays of a weight file to the variables of a model. */
public final class WeightMatcher {
  private WeightMatcher() {}

  /**
   * Matches every array to a variable and every variable to an array.
   *
   * @param version the Keras that wrote the file
   * @throws dev.keraunos.importer.ModelFileException if an array or a variable is left over; it
   *     names both sides
   */
  public static LayerWeights match(
      WeightStore store, ModelTopology topology, VariableTable table, KerasVersion version) {
    return store instanceof WeightStore.ByLayer byLayer
        ? new LegacyMatcher(byLayer, version.line()).match(topology, table)
        : new StoreMatcher(((WeightStore.ByObject) store).root()).match(topology, table);
  }
}
