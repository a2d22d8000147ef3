package dev.keraunos.importer.internal.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.importer.internal.table.LayerTable;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.testing.RecordedCases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** Every public layer class of the newest Kerases has a row, or a reason not to. */
class LayerPageTest {
  private static final String WRITE = "keraunos.pages";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The folders of recorded cases that speak for a Keras. */
  private static final Map<String, String> RECORDED =
      new TreeMap<>(Map.of("keras 3.15.1", "keras3", "tf_keras 2.21.0", "tfk"));

  private static final String HEAD =
      """
      # Layers

      Every public layer class of the newest Keras 3 and of the newest tf_keras. A cell holds in how many recorded models of that Keras the layer computes the same numbers as there;
      an empty one means that this Keras does not have it. Older Kerases are recorded besides: [What changed in which Keras](keras-versions.md). This page is written by
      `LayerPageTest`, which fails for a class without a row.

      | layer | Keras 3.15.1 | tf_keras 2.21 |
      |---|---|---|
      """;

  private static final String TAIL =
      """

      ## What does not run

      | layer | why | the way out |
      |---|---|---|
      """;

  private static final String END =
      """

      `DenseFeatures` runs for numeric columns; others are refused by name: use the layers that replaced feature columns (`StringLookup`, `CategoryEncoding` and so on).
      """;

  private static Map<String, JsonNode> lines() throws IOException {
    Map<String, JsonNode> lines = new TreeMap<>();
    JsonNode all = JSON.readTree(LayerPageTest.class.getResourceAsStream("/layers/public.json"));
    all.properties().forEach(line -> lines.put(line.getKey(), line.getValue()));
    return lines;
  }

  private static Set<String> rows() {
    Set<String> rows = new TreeSet<>(KerasLayers.table(ModelRegistry.EMPTY).names());
    rows.addAll(Set.of("InputLayer")); // read with the model
    return rows;
  }

  /** By class, in how many recorded models of a folder it is. */
  private static Map<String, Integer> recorded(String folder) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    for (Path file : RecordedCases.files(RecordedCases.file(folder))) {
      if (file.toString().endsWith(".npz")) {
        Set<String> classes = new TreeSet<>();
        for (JsonNode covered : meta(file).path("covers")) {
          classes.add(covered.asText().split("[.]", 2)[0]);
        }
        classes.forEach(name -> counts.merge(name, 1, Integer::sum));
      }
    }
    return counts;
  }

  private static JsonNode meta(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry("meta.json");
      return entry == null ? JSON.createObjectNode() : JSON.readTree(zip.getInputStream(entry));
    }
  }

  @Test
  void pageHoldsTheTable() throws IOException {
    String page = page();
    Path file = RecordedCases.folder().resolve("../../src/site/markdown/layers.md").normalize();
    if (System.getProperty(WRITE) != null) {
      Files.writeString(file, page);
    }
    assertEquals(
        page,
        Files.readString(file, StandardCharsets.UTF_8),
        "run this test with -D" + WRITE + " to write the page anew");
  }

  @Test
  void everyPublicLayerHasARowOrAReason() throws IOException {
    Set<String> missing = new TreeSet<>();
    for (JsonNode line : lines().values()) {
      line.fieldNames().forEachRemaining(missing::add);
    }
    assertTrue(missing.containsAll(LayerTable.FOREIGN.keySet()));
    missing.removeAll(rows());
    assertEquals(new TreeSet<>(LayerTable.FOREIGN.keySet()), missing);
  }

  private static String page() throws IOException {
    Map<String, JsonNode> lines = lines();
    assertEquals(RECORDED.keySet(), lines.keySet());
    Map<String, List<String>> others = new TreeMap<>();
    Map<String, Map<String, String>> cells = new TreeMap<>();
    for (Map.Entry<String, JsonNode> line : lines.entrySet()) {
      Map<String, Integer> counts = recorded(RECORDED.get(line.getKey()));
      for (Iterator<String> names = line.getValue().fieldNames(); names.hasNext(); ) {
        String name = names.next();
        List<String> also = new ArrayList<>();
        line.getValue().get(name).forEach(other -> also.add(other.asText()));
        others.merge(name, also, (a, b) -> a.isEmpty() ? b : a);
        int count = counts.getOrDefault(name, 0);
        for (String other : also) {
          count += counts.getOrDefault(other, 0);
        }
        cells
            .computeIfAbsent(name, n -> new LinkedHashMap<>())
            .put(line.getKey(), count == 0 ? "runs" : Integer.toString(count));
      }
    }
    StringBuilder page = new StringBuilder(HEAD);
    for (String name : cells.keySet()) {
      if (!LayerTable.FOREIGN.containsKey(name)) {
        page.append("| `").append(name).append('`');
        if (!others.get(name).isEmpty()) {
          page.append(" (`").append(String.join("`, `", others.get(name))).append("`)");
        }
        for (String line : lines.keySet()) {
          page.append(" | ").append(cells.get(name).getOrDefault(line, ""));
        }
        page.append(" |\n");
      }
    }
    page.append(TAIL);
    new TreeMap<>(LayerTable.FOREIGN)
        .forEach(
            (name, reason) ->
                page.append("| `")
                    .append(name)
                    .append("` | ")
                    .append(reason.reason())
                    .append(" | ")
                    .append(reason.remedy())
                    .append(" |\n"));
    return page.append(END).toString();
  }
}
