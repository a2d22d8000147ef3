package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A model tells at once all that is not supported, also what lies behind the first of it. */
class GapsBehindGapsTest {
  @Test
  void allAreTold() {
    Map<String, Consumer<ObjectNode>> changes =
        Map.of(
            "relu_0", layer -> layer.put("class_name", "Unheard"),
            "norm_1", layer -> ((ObjectNode) layer.path("config")).put("novel", 1),
            "out", layer -> ((ObjectNode) layer.path("config")).put("activation", "unheard"));
    assertEquals(List.of("relu_0", "norm_1", "out"), gaps(changes));
  }

  @Test
  void penaltiesBehindThemAreUnderstood() {
    Map<String, Consumer<ObjectNode>> changes =
        Map.of(
            "relu_0",
            layer -> layer.put("class_name", "Unheard"),
            "norm_1",
            layer -> {
              layer.put("class_name", "ActivityRegularization").remove("build_config");
              ObjectNode config = (ObjectNode) layer.path("config");
              config.removeAll().put("name", "norm_1").put("l1", 0.01).put("l2", 0.02);
            });
    assertEquals(List.of("relu_0"), gaps(changes));
  }

  @Test
  void quantizedLayersAreToldInPlaceOfTheirWeights() {
    ObjectNode policy = JsonNodeFactory.instance.objectNode();
    policy.put("class_name", "QuantizedDTypePolicy");
    policy.putObject("config").put("mode", "int8").put("source_name", "float32");
    assertEquals(
        List.of("norm_1"),
        gaps(Map.of("norm_1", layer -> ((ObjectNode) layer.path("config")).set("dtype", policy))));
  }

  /** The layers that are told of after changes to their entries. */
  private static List<String> gaps(Map<String, Consumer<ObjectNode>> changes) {
    try (ModelArchive archive =
        ModelArchive.open(Fixtures.folder("keras3/functional/residual.keras"))) {
      JsonNode config = archive.config().deepCopy();
      for (JsonNode layer : config.path("config").path("layers")) {
        Consumer<ObjectNode> change = changes.get(layer.path("config").path("name").asText());
        if (change != null) {
          change.accept((ObjectNode) layer);
        }
      }
      ModelTopology topology = ModelTopology.read(config, archive.dialect());
      return Gaps.of(archive, topology, ModelRegistry.EMPTY).stream().map(Gap::path).toList();
    }
  }
}
