package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import java.util.List;

/** What is told of a model that cannot be lowered. */
final class Gaps {
  private Gaps() {}

  /** The gaps of a model, those of its loss among them; fails if it has none. */
  static List<Gap> of(ModelArchive archive, ModelTopology topology, ModelRegistry registry) {
    List<Gap> gaps =
        ModelLowering.survey(
                topology,
                table -> WeightMatcher.match(archive.weights(), topology, table),
                registry)
            .gaps();
    assertFalse(gaps.isEmpty());
    return gaps;
  }
}
