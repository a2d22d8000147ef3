package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.builtin.KerasLayers;
import dev.keraunos.importer.internal.table.LayerTable;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A config key that no one reads may change what Keras computes: every layer reports it. */
class UnreadKeysTest {
  private static final String KEY = "surprise";
  private static final int FEWEST_CLASSES = 100;

  /** Between them these have every class. */
  private static final List<Path> LINES =
      Stream.of("keras1.2.2", "keras3", "tfk").map(Fixtures::folder).toList();

  /** Rows that tell of unread keys themselves. */
  private static final Set<String> FUNCTIONS = Set.of("TFOpLambda", "SlicingOpLambda");

  private final Set<String> seen = new HashSet<>();

  @Test
  void everyClassReportsThem() {
    for (Path file : Fixtures.models()) {
      if (LINES.stream().noneMatch(file::startsWith)) {
        continue;
      }
      try (ModelArchive archive = ModelArchive.open(file)) {
        JsonNode config = archive.config().deepCopy();
        if (!config.path("config").path("layers").isArray()) {
          continue; // a feature space, whose layers are made of its config
        }
        Set<String> changed = addKey(config, archive);
        if (!changed.isEmpty()) {
          ModelTopology topology = ModelTopology.read(config, archive.dialect());
          assertEquals(changed, reported(archive, topology), file.toString());
        }
      }
    }
    assertTrue(seen.size() >= FEWEST_CLASSES, "only " + new TreeSet<>(seen));
  }

  /** Adds the key to the layers of classes not met before; gives their paths. */
  private Set<String> addKey(JsonNode config, ModelArchive archive) {
    Set<String> paths = new TreeSet<>();
    LayerTable table = KerasLayers.table(ModelRegistry.EMPTY);
    ModelTopology topology = ModelTopology.read(config, archive.dialect());
    for (LayerSpec layer : topology.layersByName().values()) {
      boolean function =
          layer.kind() == LayerSpec.Kind.OPERATION || FUNCTIONS.contains(layer.className());
      boolean reports =
          table.find(layer).filter(row -> function || !row.answersFor(KEY)).isPresent();
      String kind = layer.kind() + " " + layer.className();
      if (reports && layer.model().isEmpty() && seen.add(kind)) {
        ((ObjectNode) layer.json()).put(KEY, 1.5);
        paths.add(layer.path());
      }
    }
    return paths;
  }

  private static Set<String> reported(ModelArchive archive, ModelTopology topology) {
    return Gaps.of(archive, topology, lambdasOf(topology)).stream()
        .filter(gap -> gap.problem().contains(KEY))
        .map(Gap::path)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static ModelRegistry lambdasOf(ModelTopology topology) {
    ModelRegistry.Builder registry = ModelRegistry.builder();
    topology.layersByName().keySet().forEach(name -> registry.lambda(name, x -> x));
    return registry.build();
  }
}
