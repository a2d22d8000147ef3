package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.ModelFileException;
import org.junit.jupiter.api.Test;

/** Masks that do not go with the scores are refused; the others are recorded cases. */
class AttentionMasksTest {
  @Test
  void aMaskOfOtherLengthIsRefused() {
    assertEquals(
        "batch5: found settings that do not go with the input: a mask of shape (?, 5, 6) beside"
            + " scores of shape (?, 3, 4, 6); allowed: axes and sizes that the input has.",
        refused(5, 6));
  }

  @Test
  void aMaskOfTooManyAxesIsRefused() {
    assertEquals(
        "batch5: found settings that do not go with the input: a mask of shape (?, 2, 3, 4, 6)"
            + " beside scores of shape (?, 3, 4, 6); allowed: axes and sizes that the input has.",
        refused(2, 3, 4, 6));
  }

  /** What is said of a model whose mask {@code m} has this shape for each sample. */
  private static String refused(int... shape) {
    try (ModelArchive archive =
        ModelArchive.open(Fixtures.folder("keras3/attention/heads_mask_ranks.keras"))) {
      JsonNode config = archive.config().deepCopy();
      set(config, shape);
      ModelTopology topology = ModelTopology.read(config, archive.dialect());
      return assertThrows(
              ModelFileException.class,
              () ->
                  ModelLowering.lower(
                      topology,
                      table -> WeightMatcher.match(archive.weights(), topology, table),
                      ModelRegistry.EMPTY))
          .getMessage();
    }
  }

  private static void set(JsonNode json, int... shape) {
    JsonNode config = json.path("config");
    if (config.path("name").asText().equals("m") && config.has("batch_shape")) {
      ArrayNode dims = ((ArrayNode) config.get("batch_shape")).removeAll().addNull();
      for (int size : shape) {
        dims.add(size);
      }
    }
    json.forEach(child -> set(child, shape));
  }
}
