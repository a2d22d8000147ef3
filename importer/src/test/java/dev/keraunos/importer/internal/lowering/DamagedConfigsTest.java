package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every setting and every call in the configs of recorded models, replaced by anything: the model
 * lowers or is refused with a sentence. Any other exception is a fault of our own, which nothing
 * may hide.
 */
class DamagedConfigsTest {
  private static final int FEWEST = 5_000;
  private static final String ANYTHING = "[null, -1, 0, \"\", [], [0, 1, 2, 3], {}]";

  /** Between them these have every class. */
  private static final List<Path> LINES =
      Stream.of("keras1.2.2", "keras3", "tfk").map(Fixtures::folder).toList();

  /** Keys of which many hold the same, and that other tests read. */
  private static final Set<String> LEFT_OUT =
      Set.of("module", "registered_name", "class_name", "name", "trainable", "dtype");

  private final Set<String> seen = new HashSet<>();
  private final List<String> faults = new ArrayList<>();
  private final JsonNode replacements;
  private int tried;

  DamagedConfigsTest() throws IOException {
    replacements = new ObjectMapper().readTree(ANYTHING);
  }

  @Test
  void lowersOrIsRefused() {
    for (Path file : Fixtures.models()) {
      if (LINES.stream().anyMatch(file::startsWith)) {
        try (ModelArchive archive = ModelArchive.open(file)) {
          JsonNode config = archive.config().deepCopy();
          damage(file, config, config, "");
        }
      }
    }
    assertEquals(List.of(), faults);
    assertTrue(tried > FEWEST, () -> "only " + tried);
  }

  /** Replaces what is below a node, one after the other; the rest of the config stays. */
  private void damage(Path file, JsonNode root, JsonNode node, String place) {
    String own = node.path("class_name").isTextual() ? node.path("class_name").asText() : place;
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        if (!LEFT_OUT.contains(name) && !name.matches(".*_(initializer|constraint|config|shape)")) {
          JsonNode before = object.get(name);
          replace(file, root, own + "." + name, value -> object.set(name, value));
          object.set(name, before);
          damage(file, root, before, own + "." + name);
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode before = array.get(i);
        int at = i;
        replace(file, root, own + "[" + Math.min(i, 2) + "]", value -> array.set(at, value));
        array.set(i, before);
        damage(file, root, before, own + "[" + Math.min(i, 2) + "]");
      }
    }
  }

  private interface Change {
    void to(JsonNode value);
  }

  /** Once per class and key: what is not inside a layer is for the topology to refuse. */
  private void replace(Path file, JsonNode root, String place, Change change) {
    boolean inside = place.contains(".config.") || place.contains(".inbound_nodes");
    if (inside && seen.add(place)) {
      for (JsonNode value : replacements) {
        change.to(value);
        lower(file, root, place + " = " + value);
      }
    }
  }

  private void lower(Path file, JsonNode config, String change) {
    tried++;
    try (ModelArchive archive = ModelArchive.open(file)) {
      ModelTopology topology = ModelTopology.read(config.deepCopy(), archive.dialect());
      ModelLowering.lower(
          topology,
          table -> WeightMatcher.match(archive.weights(), topology, table),
          ModelRegistry.EMPTY);
    } catch (KeraunosException e) {
      assertFalse(e.getMessage().isEmpty(), change);
    } catch (RuntimeException e) {
      faults.add(file + ", " + change + ": " + e);
    }
  }
}
