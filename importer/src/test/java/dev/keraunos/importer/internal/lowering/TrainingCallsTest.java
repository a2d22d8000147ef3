package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Layers that would draw random numbers in training are told of; the others are recorded cases. */
class TrainingCallsTest {
  @Test
  void whatDrawsRandomNumbersIsAGap() {
    assertEquals(
        List.of("no_dropout", "no_noise"),
        gaps(
            "tfk/calls/training.h5",
            Map.of("no_dropout", "rate", "no_noise", "stddev", "plain", "momentum")));
  }

  @Test
  void insideOfNestedModelsToo() {
    assertEquals(
        List.of("sequential/sd"), gaps("tfk/calls/training_of_nested.h5", Map.of("sd", "rate")));
  }

  /** The layers that are told of after some keys were set to one half. */
  private static List<String> gaps(String file, Map<String, String> keys) {
    try (ModelArchive archive = ModelArchive.open(Fixtures.folder(file))) {
      JsonNode config = archive.config().deepCopy();
      set(config, keys);
      ModelTopology topology = ModelTopology.read(config, archive.dialect());
      return Gaps.of(archive, topology, ModelRegistry.EMPTY).stream().map(Gap::path).toList();
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
