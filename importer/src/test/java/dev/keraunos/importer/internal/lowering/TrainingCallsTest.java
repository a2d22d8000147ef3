package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Layers that draw random numbers in training take them; the others are recorded cases. */
class TrainingCallsTest {
  @Test
  void whatDrawsRandomNumbersTakesThem() {
    assertEquals(
        Set.of("no_dropout", "no_noise"),
        drawing(
            "tfk/calls/training.h5",
            Map.of("no_dropout", "rate", "no_noise", "stddev", "plain", "momentum")));
  }

  @Test
  void insideOfNestedModelsToo() {
    assertEquals(
        Set.of("sequential/sd"), drawing("tfk/calls/training_of_nested.h5", Map.of("sd", "rate")));
  }

  /** The layers that draw random numbers after some keys were set to one half. */
  private static Set<String> drawing(String file, Map<String, String> keys) {
    try (ModelArchive archive = ModelArchive.open(Fixtures.folder(file))) {
      JsonNode config = archive.config().deepCopy();
      set(config, keys);
      ModelTopology topology = ModelTopology.read(config, archive.dialect());
      return ModelLowering.lower(
              topology,
              table -> WeightMatcher.match(archive.weights(), topology, table),
              ModelRegistry.EMPTY)
          .drawingLayers();
    }
  }

  private static void set(JsonNode json, Map<String, String> keys) {
    String key = keys.get(json.path("config").path("name").asText());
    if (key != null) {
      ((ObjectNode) json.path("config")).put(key, 0.5);
    }
    json.forEach(child -> set(child, keys));
  }
}
