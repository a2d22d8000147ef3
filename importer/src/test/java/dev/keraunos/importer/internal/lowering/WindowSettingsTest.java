package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.ModelFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Strides, dilations and windows that no tensor has use for: native code does not survive them. */
class WindowSettingsTest {
  private static final List<Path> FOLDERS =
      Stream.of("keras3", "tfk", "keras1.2.2").map(Fixtures::folder).toList();

  private static final List<String> LENGTHS =
      List.of(
          "strides",
          "subsample",
          "subsample_length",
          "stride",
          "dilation_rate",
          "atrous_rate",
          "pool_size",
          "pool_length",
          "kernel_size",
          "filter_length");

  /** The stored kernel speaks first. */
  private static final Set<String> KERNELS = Set.of("kernel_size", "filter_length");

  private static final List<String> CELLS = List.of("cropping", "padding");
  private static final Set<String> CELL_CLASSES =
      Set.of("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D", "Cropping2D");

  private static final int FEWEST = 30;

  private final Set<String> seen = new TreeSet<>();

  @Test
  void areRefusedWithTheLayerAndTheKey() {
    for (Path file : Fixtures.models()) {
      if (FOLDERS.stream().anyMatch(file::startsWith)) {
        check(file);
      }
    }
    assertTrue(seen.size() >= FEWEST, () -> "only " + seen);
  }

  private void check(Path file) {
    for (LayerSpec layer : layers(file)) {
      Set<String> keys = new HashSet<>(LENGTHS);
      keys.addAll(CELL_CLASSES.contains(layer.className()) ? CELLS : List.of());
      for (String key : keys) {
        JsonNode value = layer.config().json().path(key);
        boolean has = !value.isMissingNode() && !value.isNull() && !value.isTextual();
        boolean draws = layer.className().startsWith("Random"); // predictions leave it out
        if (has && !draws && layer.model().isEmpty() && seen.add(layer.className() + "." + key)) {
          for (int bad : bad(key)) {
            refused(file, layer.name(), key, bad);
          }
        }
      }
    }
  }

  private static List<LayerSpec> layers(Path file) {
    try (ModelArchive archive = ModelArchive.open(file)) {
      ModelTopology topology = ModelTopology.read(archive.config(), archive.dialect());
      return List.copyOf(topology.layersByName().values());
    }
  }

  private static int[] bad(String key) {
    return CELLS.contains(key) ? new int[] {-1} : new int[] {Integer.MAX_VALUE - 1, 0, -1};
  }

  private static void refused(Path file, String name, String key, int bad) {
    try (ModelArchive archive = ModelArchive.open(file)) {
      refused(archive, name, key, bad);
    }
  }

  private static void refused(ModelArchive archive, String name, String key, int bad) {
    JsonNode config = archive.config().deepCopy();
    ModelTopology topology = ModelTopology.read(config, archive.dialect());
    LayerSpec layer = topology.layersByName().get(name);
    ((ObjectNode) layer.config().json()).put(key, bad);
    ModelTopology changed = ModelTopology.read(config, archive.dialect());
    ModelFileException refusal =
        assertThrows(
            ModelFileException.class,
            () ->
                ModelLowering.lower(
                    changed,
                    table -> WeightMatcher.match(archive.weights(), changed, table),
                    ModelRegistry.EMPTY),
            () -> archive.name() + " " + layer.path() + "." + key + " = " + bad);
    assertEquals(layer.path(), refusal.objectPath(), refusal.getMessage());
    boolean told = refusal.found().contains(String.valueOf(bad));
    assertTrue(told || KERNELS.contains(key), refusal.getMessage());
  }
}
