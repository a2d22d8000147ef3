package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.KerasModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** {@code inspect} shows what {@code model.summary()} does, and more. */
class InspectTest {
  private static final Path MODELS = Path.of("src/test/models");
  private static final Path BRANCHED = MODELS.resolve("branched.keras");

  @TempDir Path folder;

  private static JsonNode json(Object... arguments) throws IOException {
    Object[] words = new Object[arguments.length + 3];
    words[0] = "inspect";
    System.arraycopy(arguments, 0, words, 1, arguments.length);
    words[arguments.length + 1] = "--json";
    words[arguments.length + 2] = "-";
    JsonNode json = Cli.run(words).json();
    Schema.check("inspection.schema.json", json);
    return json;
  }

  private static JsonNode layer(JsonNode json, String path) {
    for (JsonNode layer : json.get("layers")) {
      if (layer.get("path").asText().equals(path)) {
        return layer;
      }
    }
    throw new AssertionError(path + " in " + json);
  }

  @ParameterizedTest
  @ValueSource(strings = {"branched.keras", "branched.h5"})
  void countsAsKerasDoes(String file) throws IOException {
    JsonNode facts =
        new ObjectMapper().readTree(MODELS.resolve("facts.json").toFile()).at("/counts/branched");
    JsonNode json = json(MODELS.resolve(file));
    for (String key : new String[] {"all", "trainable", "bytes"}) {
      assertEquals(facts.get(key).asLong(), json.at("/parameters/" + key).asLong(), key);
    }
    JsonNode encoder = layer(json, "encoder");
    assertTrue(encoder.get("is_model").asBoolean());
    assertEquals(138, encoder.at("/parameters/all").asLong());
    assertEquals(12, encoder.at("/parameters/non_trainable").asLong());
    assertEquals(0, layer(json, "frozen").at("/parameters/trainable").asLong());
  }

  @Test
  void saysWhichLayerFeedsWhich() throws IOException {
    JsonNode json = json(BRANCHED);
    assertEquals("[\"encoder\",\"rnn\"]", layer(json, "both").at("/calls/0/inputs").toString());
    assertEquals(
        "[\"encoder/conv\"]", layer(json, "encoder/norm").at("/calls/0/inputs").toString());
    assertEquals("encoder", layer(json, "encoder/norm").get("parent").asText());
    assertEquals("[null,6,5,3]", layer(json, "encoder/pixels").at("/outputs/0/shape").toString());
  }

  @Test
  void showsWhatIsOffItsDefault() throws IOException {
    JsonNode json = json(BRANCHED);
    assertEquals(
        "{\"filters\":6,\"kernel_size\":[3,2],\"strides\":[2,2],\"padding\":\"same\","
            + "\"activation\":\"relu\"}",
        layer(json, "encoder/conv").get("settings").toString());
    assertEquals("{\"momentum\":0.9}", layer(json, "encoder/norm").get("settings").toString());
    assertEquals(
        "{\"layer\":\"LSTM\",\"layer.units\":3,\"layer.recurrent_activation\":\"hard_sigmoid\"}",
        layer(json, "rnn").get("settings").toString());
    assertEquals(
        "{\"l2\":{\"l2\":0.01}}",
        layer(json, "hidden").at("/settings/kernel_regularizer").toString());
    assertEquals("{}", layer(json, "both").get("settings").toString());
    assertEquals("Adam", json.at("/compiled/optimizer").asText());
  }

  @Test
  void textHasEightyColumnsAndOneHome() {
    String text = Cli.run("inspect", BRANCHED).fine().out();
    Schema.checkWidth(text);
    assertTrue(text.contains("both (Concatenate)"), text);
    assertTrue(text.contains("encoder, rnn"), text);
    assertTrue(text.contains("476 parameters (1.86 KB): 408 trainable, 68 not"), text);
    try (KerasModel model = KerasModel.load(BRANCHED)) {
      assertEquals(text, model.summary());
    }
    String custom = Cli.run("inspect", MODELS.resolve("scaled.h5"), "--arrays").out();
    Schema.checkWidth(custom);
    assertTrue(custom.contains("gain float32 (4): "), custom);
  }

  @Test
  void arraysHaveStatistics() throws IOException {
    JsonNode bias = layer(json(BRANCHED, "--arrays"), "size").at("/weights/1");
    assertEquals("bias", bias.get("name").asText());
    assertEquals(bias.at("/statistics/min"), bias.at("/statistics/mean"));
    assertEquals("0.0", bias.at("/statistics/standard_deviation").asText());
    assertFalse(layer(json(BRANCHED), "size").at("/weights/1").has("statistics"));
  }

  @Test
  void drawsTheGraph() {
    String dot = Cli.run("inspect", BRANCHED, "--dot", "-").fine().out();
    assertTrue(dot.startsWith("digraph model {"), dot);
    assertTrue(dot.contains("subgraph cluster_n2 {"), dot);
    assertTrue(dot.contains("n0 -> n2;"), dot);
    String mermaid = Cli.run("inspect", BRANCHED, "--mermaid", "-").fine().out();
    assertTrue(mermaid.startsWith("flowchart TD"), mermaid);
    assertTrue(mermaid.contains("n0 --> n2"), mermaid);
    Cli.run("inspect", BRANCHED, "--mermaid", "-", "--json", "-").refused("only one");
  }

  @Test
  void thePageIsXmlAndNeedsNoScript()
      throws IOException, ParserConfigurationException, SAXException {
    Path page = folder.resolve("model.html");
    Cli.run("inspect", BRANCHED, "--arrays", "--html", page).fine();
    String html = Files.readString(page).replace("<!DOCTYPE html>", "");
    Document read =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    assertEquals(0, read.getElementsByTagName("script").getLength());
    assertEquals(2, read.getElementsByTagName("svg").getLength());
    assertEquals(15, read.getElementsByTagName("rect").getLength());
    assertTrue(html.contains("inside encoder"));
  }

  /** Every kind of file there is fits the schema. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "keras2.2.4/models/sequential.h5",
        "reference/unet.h5",
        "tfk/stateful/bidirectional.h5",
        "keras3/losses/sample_weights_pixels.keras"
      })
  void otherFilesFit(String model) throws IOException {
    json(Cli.CASES.resolve(model), "--arrays");
    Schema.checkWidth(Cli.run("inspect", Cli.CASES.resolve(model), "--arrays").out());
  }

  /** What evaluate will ask for. */
  @Test
  void namesTheLossThatNobodyRegistered() {
    Path unet = Cli.CASES.resolve("reference/unet.h5");
    String lambda = "--lambda=lambda_1=x / 255";
    String text = Cli.run("inspect", unet, lambda).fine().out();
    assertTrue(text.contains("--loss 'weighted_bce_dice=JAR!CLASS'"), text);
    Schema.checkWidth(text);
    assertFalse(Cli.run("inspect", unet, lambda, Cli.EXAMPLE).fine().out().contains("--loss"));
    Path questions = Cli.CASES.resolve("keras3/questions/healthy_classes.keras");
    assertFalse(Cli.run("inspect", questions).fine().out().contains("--loss"));
  }
}
