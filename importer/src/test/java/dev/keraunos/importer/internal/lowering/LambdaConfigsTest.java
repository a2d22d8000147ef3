package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.graph.Ops;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.Dialect;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lambda layers and activations whose functions Python 3.12 compiled. */
class LambdaConfigsTest {
  private static final Dialect KERAS3 = Dialect.parse("3.15.0");
  private static final Dialect TENSORFLOW_1 = Dialect.parse("2.2.4");
  private static final ModelRegistry ACCEPTING =
      ModelRegistry.builder().acceptDecodedLambdas().build();

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static String code(String source) {
    String resource = "/dev/keraunos/importer/internal/bytecode/functions.json";
    try (InputStream stream = LambdaConfigsTest.class.getResourceAsStream(resource)) {
      for (JsonNode function : new ObjectMapper().readTree(stream)) {
        if (function.path("source").asText().equals(source)) {
          return function.path("code").path("3.12").asText();
        }
      }
      throw new AssertionError(source);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ObjectNode function(String source) {
    ObjectNode function = JSON.objectNode().put("class_name", "__lambda__");
    function.putObject("config").put("code", code(source)).putNull("defaults").putNull("closure");
    return function;
  }

  private static ObjectNode layer(String className, String key, JsonNode function) {
    ObjectNode layer = JSON.objectNode().put("class_name", className);
    layer.putObject("config").put("name", "l").set(key, function);
    return layer;
  }

  private static ObjectNode lambda(String source) {
    return layer("Lambda", "function", function(source));
  }

  private static ModelTopology model(Dialect dialect, JsonNode layer, Integer... shape) {
    ObjectNode input = JSON.objectNode().put("class_name", "InputLayer");
    ArrayNode dims = input.putObject("config").put("name", "x").putArray("batch_shape").addNull();
    List.of(shape).forEach(dims::add);
    ObjectNode model = JSON.objectNode().put("class_name", "Sequential");
    model.putObject("config").put("name", "m").putArray("layers").add(input).add(layer);
    return ModelTopology.read(model, dialect);
  }

  private static ModelArchive archive() {
    return ModelArchive.open(Fixtures.folder("keras3").resolve("lambdas/archive.keras"));
  }

  /** The output's shape of a model that is accepted. */
  private static String shape(Dialect dialect, JsonNode layer, Integer... shape) {
    return shape(dialect, layer, ACCEPTING, shape);
  }

  private static String shape(
      Dialect dialect, JsonNode layer, ModelRegistry registry, Integer... shape) {
    try (ModelArchive archive = archive()) {
      ModelTopology topology = model(dialect, layer, shape);
      LoweredModel lowered =
          ModelLowering.lower(
              topology, table -> WeightMatcher.match(archive.weights(), topology, table), registry);
      return lowered.graph().outputs().values().iterator().next().shape().toString();
    }
  }

  private static void refuses(
      ModelRegistry registry, Dialect dialect, JsonNode layer, String words, Integer... shape) {
    try (ModelArchive archive = archive()) {
      String problem = Gaps.of(archive, model(dialect, layer, shape), registry).get(0).problem();
      assertTrue(problem.contains(words), problem);
      assertTrue(problem.contains("ModelRegistry.builder()"), problem);
    }
  }

  @Test
  void isShownAndRefusedUnlessAccepted() {
    refuses(
        ModelRegistry.EMPTY,
        KERAS3,
        lambda("lambda x: x / 255"),
        "it is decoded as `lambda x: x / 255`. Accept that with"
            + " KerasModel.loader().acceptDecodedLambdas() or --accept-lambda",
        4);
    assertEquals("(?, 4)", shape(KERAS3, lambda("lambda x: x / 255"), 4));
  }

  @Test
  void boundFunctionsWin() {
    ModelRegistry bound =
        ModelRegistry.builder().lambda("l", x -> Ops.sum(x, 1)).acceptDecodedLambdas().build();
    assertEquals("(?)", shape(KERAS3, lambda("lambda x: x / 255"), bound, 4));
    ModelRegistry byName = ModelRegistry.builder().lambda("f", x -> Ops.sum(x, 1)).build();
    String named = "def f(x):\n    y = x * 2\n    return y + 1";
    assertEquals("(?)", shape(KERAS3, lambda(named), byName, 4));
  }

  @Test
  void whatIsNotInTheFileIsNamed() {
    String closed = "lambda x: x * FACTOR + OFFSET";
    refuses(ACCEPTING, KERAS3, lambda(closed), "'FACTOR' has no value in the file", 4);
    ObjectNode whole = lambda(closed);
    ((ObjectNode) whole.at("/config/function/config")).putArray("closure").add(2).add(3.5);
    assertEquals("(?, 4)", shape(KERAS3, whole, 4));
    String three = "lambda x, a, b=3: x * a + b";
    ObjectNode argued = lambda(three);
    ((ObjectNode) argued.at("/config/function/config")).putArray("defaults").add(3);
    refuses(ACCEPTING, KERAS3, argued, "the parameter 'a' has no value", 4);
    ((ObjectNode) argued.path("config")).putObject("arguments").put("a", 2);
    assertEquals("(?, 4)", shape(KERAS3, argued, 4));
    ((ObjectNode) argued.at("/config/arguments")).put("c", 2);
    refuses(ACCEPTING, KERAS3, argued, "but it takes [x, a, b]", 4);
  }

  @Test
  void whatMeansTwoThingsIsRefused() {
    String joined = "lambda x: K.concatenate([x, x, x, x])";
    refuses(ACCEPTING, KERAS3, lambda(joined), "another in keras.ops", 4);
    assertEquals("(?, 16)", shape(TENSORFLOW_1, lambda(joined), 4));
    String differs = "lambda x: K.cast(x != 1, 'float32') + K.cast(x <= -1, 'float32')";
    refuses(ACCEPTING, TENSORFLOW_1, lambda(differs), "the same object", 4);
    assertEquals("(?, 4)", shape(KERAS3, lambda(differs), 4));
    refuses(ACCEPTING, TENSORFLOW_1, lambda("lambda x: tf.image.resize(x, (8, 9))"), "1", 4, 5, 3);
    String means = "lambda x: ops.mean(ops.abs(x), axis=1)";
    refuses(ACCEPTING, TENSORFLOW_1, lambda(means), "no Keras before 3", 4);
  }

  @Test
  void whatPythonWouldNotComputeIsRefused() {
    refuses(ACCEPTING, KERAS3, lambda("lambda x: x[:, -1, :]"), "has 3 indices", 4);
    refuses(ACCEPTING, KERAS3, lambda("lambda x: x[:, 1:-1, ::2]"), "has 3 indices", 4);
    String unpacked = "def f(inputs):\n    x, y = inputs\n    return x * y";
    refuses(ACCEPTING, KERAS3, lambda(unpacked), "taken apart", 4);
    String wide = "lambda x: tf.pad(x, [[0, 0], [1, 2], [3, 4]], mode='REFLECT')";
    refuses(ACCEPTING, KERAS3, lambda(wide), "tf.pad", 4);
  }

  @Test
  void formsOfOlderFilesAreRead() {
    String source = "lambda x: x * 0.5 - 1.5";
    byte[] bytes = Base64.getDecoder().decode(code(source));
    String lines = Base64.getMimeEncoder().encodeToString(bytes) + "\n";
    String raw = new String(bytes, StandardCharsets.ISO_8859_1);
    for (String text : List.of(lines, raw)) {
      ArrayNode triple = JSON.arrayNode().add(text).addNull().addNull();
      assertEquals("(?, 4)", shape(TENSORFLOW_1, layer("Lambda", "function", triple), 4));
    }
  }

  @Test
  void namesAreNoCode() {
    ObjectNode named = layer("Lambda", "function", JSON.textNode("preprocess"));
    refuses(ACCEPTING, KERAS3, named, "cannot run on the JVM", 4);
  }

  @Test
  void activationsAreBoundByNameOrAccepted() {
    ObjectNode activation = layer("Activation", "activation", function("lambda x: x / 255"));
    refuses(ModelRegistry.EMPTY, KERAS3, activation, "`lambda x: x / 255`", 4);
    refuses(ModelRegistry.EMPTY, KERAS3, activation, "--activation l='relu(x)'", 4);
    assertEquals("(?, 4)", shape(KERAS3, activation, 4));
    ModelRegistry bound = ModelRegistry.builder().activation("l", x -> Ops.sum(x, 1)).build();
    assertEquals("(?)", shape(KERAS3, activation, bound, 4));
    ObjectNode named = layer("Activation", "activation", JSON.textNode("mine"));
    refuses(ACCEPTING, KERAS3, named, "--activation mine='relu(x)'", 4);
    ModelRegistry mine = ModelRegistry.builder().activation("mine", x -> Ops.sum(x, 1)).build();
    assertEquals("(?)", shape(KERAS3, named, mine, 4));
    ObjectNode anonymous = layer("Activation", "activation", JSON.textNode("<lambda>"));
    assertEquals("(?)", shape(TENSORFLOW_1, anonymous, bound, 4));
  }
}
