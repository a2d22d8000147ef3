package dev.keraunos.importer.internal.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.lowering.ModelLowering;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.Quirk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded model opens, its topology reads and all its arrays find their variables. */
class RecordedModelsTest {
  static List<Path> models() {
    return Fixtures.models();
  }

  @Test
  void thereAreModels() {
    assertTrue(models().size() > 300);
  }

  @ParameterizedTest
  @MethodSource("models")
  void allArraysFindTheirVariables(Path file) {
    try (ModelArchive archive = ModelArchive.open(file)) {
      ModelTopology topology = ModelTopology.read(archive.config(), archive.dialect());
      assertFalse(topology.calls().isEmpty());
      long stored = archive.weights().arrays().stream().mapToLong(a -> a.value().size()).sum();
      long matched = match(archive, topology).parameters().get("");
      String config = archive.config().toString();
      if (config.contains("CuDNNLSTM")) {
        assertTrue(matched < stored, "its two biases become their sum");
      } else if (config.contains("SpectralNormalization") && file.toString().endsWith(".keras")) {
        assertTrue(matched < stored, "its kernel is stored twice");
      } else if (archive.dialect().has(Quirk.SAVES_WHAT_BINS_WERE_MADE_FROM)
          && config.matches(".*\"bin_boundaries\":null.*")
          && file.toString().endsWith(".keras")) {
        assertTrue(matched < stored, "what its bins were made from is not read");
      } else if (config.matches(".*\"(int4|gptq/4|awq/4).*")) {
        assertTrue(matched > stored, "two of its weights lie in a byte");
      } else if (config.contains("lora_rank") && config.contains("\"int8\"")) {
        assertEquals(stored, matched);
      } else if (config.contains("lora_rank") && file.toString().endsWith(".h5")) {
        assertTrue(matched < stored, "its factors are added to its kernels");
      } else {
        assertEquals(stored, matched);
      }
    }
  }

  /** The lowering hands out the table; what it then makes of the layers is not this test's. */
  private static LayerWeights match(ModelArchive archive, ModelTopology topology) {
    List<LayerWeights> matched = new ArrayList<>();
    try {
      ModelLowering.lower(
          topology,
          table -> {
            matched.add(WeightMatcher.match(archive.weights(), topology, table));
            return matched.get(0);
          },
          ModelRegistry.EMPTY);
    } catch (KeraunosException e) {
      assertFalse(matched.isEmpty(), e.getMessage());
    }
    return matched.get(0);
  }
}
