package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import java.util.List;

/** What is told of a model that cannot be lowered. */
final class Gaps {
  private Gaps() {}

  /** The gaps of a model; fails if it can be lowered. */
  static List<Gap> of(ModelArchive archive, ModelTopology topology, ModelRegistry registry) {
    UnsupportedModelException thrown =
        assertThrows(
            UnsupportedModelException.class,
            () ->
                ModelLowering.lower(
                    topology,
                    table -> WeightMatcher.match(archive.weights(), topology, table),
                    registry));
    return thrown.gaps();
  }
}
