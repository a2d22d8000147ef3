package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.KerasModel;
import dev.keraunos.ModelDiff;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code diff} finds what {@code diffs.py} changed, and nothing else. */
class DiffTest {
  private static final Path MODELS = Path.of("src/test/models");
  private static final Path BRANCHED = MODELS.resolve("branched.keras");
  private static final Path WEIGHT = MODELS.resolve("branched_weight.keras");
  private static final Path DATA = MODELS.resolve("branched_data.npz");

  @TempDir Path folder;

  private static JsonNode differ(Object... arguments) throws IOException {
    List<Object> words = new ArrayList<>(List.of("diff", "--json", "-"));
    words.addAll(List.of(arguments));
    Cli run = Cli.run(words.toArray());
    assertEquals(1, run.code(), run.err());
    Schema.check("diff.schema.json", run.json());
    assertFalse(run.json().get("equal").asBoolean());
    return run.json();
  }

  private static JsonNode facts() throws IOException {
    return new ObjectMapper().readTree(MODELS.resolve("facts.json").toFile());
  }

  private static List<String> keys(JsonNode changes) {
    List<String> keys = new ArrayList<>();
    changes.forEach(
        change ->
            keys.add(
                change.get("path").asText()
                    + " "
                    + change.path("key").asText(change.path("name").asText())));
    return keys;
  }

  /** Formats, names of variables and forms of configs differ; the models do not. */
  @ParameterizedTest
  @CsvSource({
    "branched.keras, branched.h5, 15, 20",
    "branched.h5, branched.keras, 15, 20",
    "scaled.h5, scaled.keras, 3, 6",
    "chain.keras, chain.keras, 3, 6",
  })
  void oneModelInTwoFilesIsEqual(String a, String b, int layers, int arrays) throws IOException {
    Cli run = Cli.run("diff", MODELS.resolve(a), MODELS.resolve(b), "--json", "-").fine();
    Schema.check("diff.schema.json", run.json());
    assertTrue(run.json().get("equal").asBoolean());
    assertEquals(layers, run.json().get("layers").asInt());
    assertEquals(arrays, run.json().get("arrays").asInt());
    String text = Cli.run("diff", MODELS.resolve(a), MODELS.resolve(b)).fine().out();
    assertTrue(text.contains("nothing differs"), text);
  }

  @Test
  void findsAWeightInAModelInside() throws IOException {
    JsonNode facts = facts();
    JsonNode json = differ(BRANCHED, WEIGHT, "--data", DATA);
    assertEquals(List.of("encoder/conv kernel"), keys(json.get("weights")));
    JsonNode numbers = json.at("/weights/0/numbers");
    assertEquals("[1,1,0,3]", numbers.get("at").toString());
    assertEquals(1, numbers.get("changed").asInt());
    double change = facts.at("/weight/change").asDouble();
    double scale = facts.at("/weight/scale").asDouble();
    Tolerance.CLOSE.check(change, numbers.get("largest").asDouble(), "largest");
    Tolerance.CLOSE.check(change / scale, numbers.get("relative").asDouble(), "relative");
    Tolerance.CLOSE.check(
        change / numbers.get("size").asInt(), numbers.get("mean").asDouble(), "mean");
    assertEquals(0, json.get("topology").size() + json.get("settings").size());
    assertEquals(0, json.get("compiled").size());
    checkData(facts.get("weight"), json.get("data"));
  }

  /** What changes on data is what Keras says. */
  private static void checkData(JsonNode facts, JsonNode data) {
    assertEquals(21, data.get("samples").asInt());
    for (JsonNode output : data.get("predictions")) {
      JsonNode recorded = facts.get("predictions").get(output.get("output").asText());
      for (String key : List.of("largest", "mean")) {
        double found = output.get(key).asDouble();
        Tolerance.PREDICTION.check(recorded.get(key).asDouble(), found, 1, key);
      }
      assertEquals(
          recorded.get("classes_changed").asLong(), output.get("classes_changed").asLong());
    }
    assertEquals(facts.get("metrics").size(), data.get("metrics").size());
    for (var metric : facts.get("metrics").properties()) {
      JsonNode sides = data.get("metrics").get(metric.getKey());
      double a = metric.getValue().get(0).asDouble();
      double b = metric.getValue().get(1).asDouble();
      Tolerance.CLOSE.check(a, sides.get("a").asDouble(), metric.getKey());
      Tolerance.CLOSE.check(b, sides.get("b").asDouble(), metric.getKey());
    }
    assertEquals(7, data.get("classes").size());
  }

  @Test
  void findsSettings() throws IOException {
    JsonNode json = differ(BRANCHED, MODELS.resolve("branched_settings.keras"), "--data", DATA);
    List<String> changed = List.of("encoder/conv activation", "encoder/norm momentum", "drop rate");
    assertEquals(changed, keys(json.get("settings")));
    assertEquals("tanh", json.at("/settings/0/b").asText());
    assertEquals(0, json.get("weights").size() + json.get("topology").size());
    checkData(facts().get("settings"), json.get("data"));
  }

  /** A layer that was renamed is one; its neighbour is now connected to another. */
  @Test
  void findsLayersThatCameAndWent() throws IOException {
    JsonNode json = differ(MODELS.resolve("chain.keras"), MODELS.resolve("chain_shorter.keras"));
    assertEquals(
        List.of(" input 0", "dense name", "middle layer", "out connected to"),
        keys(json.get("topology")));
    assertEquals("dense_7", json.at("/topology/1/b").asText());
    assertEquals(
        List.of("middle kernel", "middle bias", "out kernel", "out bias"),
        keys(json.get("weights")));
    assertTrue(json.at("/weights/0/b").isNull());
  }

  /** What {@code verify} cannot see, since no prediction depends on it. */
  @Test
  void findsAWeightBehindARelu() throws IOException {
    Path a = MODELS.resolve("dead.keras");
    Path b = MODELS.resolve("dead_weight.keras");
    JsonNode json = differ(a, b, "--data", MODELS.resolve("dead_data.npz"));
    assertEquals(List.of("dense kernel"), keys(json.get("weights")));
    assertTrue(json.at("/data/equal").asBoolean());
    assertEquals(
        "the data hold no targets, so there is no loss to compare",
        json.at("/data/notes/0").asText());
  }

  /** {@code verify} holds, and says that the weights are not those that were recorded. */
  @Test
  void verifySeesTheDigest() {
    Path fixture = MODELS.resolve("dead.npz");
    String same = Cli.run("verify", MODELS.resolve("dead.keras"), fixture).fine().out();
    assertFalse(same.contains("not those that were recorded"), same);
    String other = Cli.run("verify", MODELS.resolve("dead_weight.keras"), fixture).fine().out();
    assertTrue(other.contains("the weights are not those that were recorded"), other);
    String h5 =
        Cli.run("verify", MODELS.resolve("branched.h5"), MODELS.resolve("branched.npz"))
            .fine()
            .out();
    assertFalse(h5.contains("not those that were recorded"), h5);
    String keras = Cli.run("verify", BRANCHED, MODELS.resolve("branched.npz")).out();
    assertFalse(keras.contains("not those that were recorded"), keras); // whatever the format
    Cli changed = Cli.run("verify", WEIGHT, MODELS.resolve("branched.npz"));
    assertEquals(1, changed.code());
    assertTrue(changed.out().contains("likely cause: the weights are not those"), changed.out());
  }

  @Test
  void textAndPageSayTheSame() throws IOException {
    Path page = folder.resolve("diff.html");
    Cli run = Cli.run("diff", BRANCHED, WEIGHT, "--data", DATA, "--html", page);
    assertEquals(1, run.code());
    Schema.checkWidth(run.out());
    String[] said = {
      "weights: 1 array differs",
      "encoder/conv/kernel",
      "at [1, 1, 0, 3]",
      "on 21 samples",
      "label_accuracy",
      "loss of class",
      "classes change"
    };
    for (String words : said) {
      assertTrue(run.out().contains(words), run.out());
      assertTrue(Files.readString(page).contains(words), words);
    }
    Schema.checkWidth(Cli.run("diff", BRANCHED, MODELS.resolve("chain.keras")).out());
  }

  @Test
  void refusesWhatCannotBeCompared() {
    Path chain = MODELS.resolve("chain.keras");
    Cli.run("diff", BRANCHED, "none.keras").refused("none.keras");
    Cli.run("diff", BRANCHED).refused("'B'");
    Cli.run("diff", BRANCHED, chain, "--data", DATA).refused("[image, steps]", "without data");
    Cli.run("diff", BRANCHED, WEIGHT, "--data", "none.npz").refused("none.npz");
    Cli.run("diff", BRANCHED, WEIGHT, "--html", WEIGHT).refused("part of what is read");
    Cli.run("diff", BRANCHED, WEIGHT, "--html", "-", "--json", "-").refused("only one");
  }

  @Test
  void isThereInTheLibrary() {
    try (KerasModel a = KerasModel.load(BRANCHED);
        KerasModel b = KerasModel.load(WEIGHT)) {
      ModelDiff diff = ModelDiff.between(a, b);
      assertFalse(diff.isEmpty());
      assertEquals(Cli.run("diff", BRANCHED, WEIGHT).out(), diff.toString());
      assertTrue(ModelDiff.between(a, a).isEmpty());
    }
  }
}
