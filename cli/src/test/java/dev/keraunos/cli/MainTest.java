package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.cli.internal.Progress;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private static final Path UNET = Cli.CASES.resolve("reference/unet.h5");
  private static final Path UNET_DATA = Cli.CASES.resolve("reference/unet.npz");
  private static final Path SEQUENTIAL = Cli.CASES.resolve("keras2.2.4/models/sequential.h5");
  private static final Path SEQUENTIAL_DATA = Cli.CASES.resolve("keras2.2.4/models/sequential.npz");
  private static final String LAMBDA = "--lambda=lambda_1=x / 255";

  @TempDir Path folder;

  @Test
  void everyCommandHasExamples() {
    for (String name : new CommandLine(Main.class).getSubcommands().keySet()) {
      String help = Cli.run(name, "--help").fine().out();
      assertTrue(name.equals("help") || help.contains("keraunos " + name + " "), help);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fly", "predict", "bench --runs=x m.h5", "inspect --wings m.h5"})
  void badUsageShowsWhatIsAllowed(String line) {
    Cli.run((Object[]) line.split(" ")).refused("sage: keraunos");
  }

  @Test
  void predictWritesTheMembersOfAFixture() {
    Path out = folder.resolve("out.npz");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "-o", out, "--layer", "conv").fine();
    Map<String, Tensor> written = Npz.read(out).arrays();
    assertEquals(Map.of("outputs/out", "(3, 3)", "activations/conv", "(3, 7, 4)"), shapes(written));
    Map<String, Tensor> fixture = new LinkedHashMap<>(written);
    fixture.putAll(inputs(SEQUENTIAL_DATA));
    Path again = folder.resolve("again.npz");
    Npz.write(again, fixture);
    Cli.run("verify", SEQUENTIAL, again).fine();
  }

  @Test
  void predictTakesTheLayerOfAnOutput() {
    Path out = folder.resolve("out.npz");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "-o", out, "--layer", "out", "--layer", "out")
        .fine();
    assertEquals(
        Map.of("outputs/out", "(3, 3)", "activations/out", "(3, 3)"),
        shapes(Npz.read(out).arrays()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "2.2.4:tensorflowx", "9.9", "3.16", "2.22.0", "1.3", "0.3", ""})
  void keepsToTheKerasesThatAreKnown(String keras) {
    for (String command : new String[] {"evaluate", "explain-loss", "verify"}) {
      Cli.run(command, SEQUENTIAL, SEQUENTIAL_DATA, "--keras", keras).refused("--keras: ");
    }
    Cli.run("inspect", SEQUENTIAL, "--keras", keras).refused("--keras: ");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "-o", folder.resolve("o.npz"), "--keras", keras)
        .refused("--keras: ");
  }

  /** A name that nothing has is a slip, not a wish. */
  @Test
  void refusesNamesThatNothingHas() {
    Path out = folder.resolve("o.npz");
    Cli.run("inspect", UNET, "--lambda=lambda_2=x / 255")
        .refused("--lambda lambda_2", "nearest names: lambda_1");
    Cli.run("inspect", SEQUENTIAL, "--lambda=nope=x").refused("no Lambda layer 'nope'", "none");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "-o", out, "--lambda=nope=x").refused("nope");
    Cli.run("verify", SEQUENTIAL, SEQUENTIAL_DATA, "--lambda=nope=x").refused("nope");
    String loss = "=dev.keraunos.cli.ZeroLoss";
    Path model = Path.of("src/test/models/branched.keras");
    Path data = Path.of("src/test/models/branched_data.npz");
    for (String command : new String[] {"evaluate", "explain-loss"}) {
      Cli.run(command, model, data, "--loss=binary_crosentropy" + loss)
          .refused("--loss binary_crosentropy", "nearest names: binary_crossentropy");
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0 s", "59, 59 s", "200, 3 min 20 s", "7500, 2 h 5 min"})
  void timesAreWords(long seconds, String words) {
    assertEquals(words, Progress.words(seconds));
  }

  @Test
  void progressEstimatesTheEnd() {
    Path data = Path.of("src/test/models/branched_data.npz");
    Path model = Path.of("src/test/models/branched.keras");
    Cli run = Cli.run("evaluate", model, data, "--batch-size=5", "--progress").fine();
    assertTrue(run.err().contains("5 of 21 samples, about "), run.err());
  }

  @Test
  void verifyAndBenchShowHowFarTheyAre() throws IOException {
    for (String name : List.of("a", "b")) {
      Files.copy(SEQUENTIAL, folder.resolve(name + ".h5"));
      Files.copy(SEQUENTIAL_DATA, folder.resolve(name + ".npz"));
    }
    Cli verified = Cli.run("verify", folder, "--progress").fine();
    assertTrue(verified.err().contains("\r1 of 2 models, about "), verified.err());
    assertTrue(verified.err().endsWith("\r"), verified.err());
    assertEquals("", Cli.run("verify", folder).fine().err());
    Cli timed = Cli.run("bench", SEQUENTIAL, "--runs", 3, "--progress").fine();
    assertTrue(timed.err().contains("\r2 of 3 runs, about "), timed.err());
  }

  @Test
  void badUsageIsThreeLines() {
    List<String> lines = Cli.run("predict", "model.h5").err().lines().toList();
    assertEquals("keraunos: Missing required parameter: 'IN'", lines.get(0));
    assertEquals("Usage: keraunos predict MODEL IN [OPTION]...", lines.get(1));
    assertEquals(3, lines.size(), lines::toString);
    Cli.run("predict", "a", "b", "--jsn").refused("--json", "Usage: keraunos predict");
    Cli.run("predikt").refused("predict", "COMMAND");
  }

  @Test
  void predictNamesTheBestClasses() throws IOException {
    Path labels = Files.writeString(folder.resolve("labels.txt"), "cat\ndog\neel\n");
    Cli run = Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "--labels", labels).fine();
    List<String> lines = run.out().lines().toList();
    assertEquals(4, lines.size(), lines::toString);
    assertTrue(lines.get(1).matches("0  (cat|dog|eel) 0\\.\\d+, .*"), lines::toString);
    Cli json = Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "--labels", labels, "--json", "-");
    int best = json.fine().json().at("/best/0/0/index").asInt();
    float score = (float) json.json().at("/members/0/values/0/" + best).asDouble();
    assertEquals(score, (float) json.json().at("/best/0/0/score").asDouble());
    Files.writeString(labels, "cat\n");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "--labels", labels).refused("1 labels for 3");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA).refused("-o OUT.npz");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "-o", "o.txt").refused("o.txt", ".npz");
  }

  @Test
  void predictTakesOneArray() {
    Path input = folder.resolve("x.npz");
    Npz.write(input, Map.of("x", inputs(SEQUENTIAL_DATA).get("inputs/conv_input")));
    Cli.run("predict", SEQUENTIAL, input, "-o", folder.resolve("out.npz")).fine();
  }

  @Test
  void predictRefusesWhatDoesNotFit() {
    Path out = folder.resolve("out.npz");
    Cli.run("predict", SEQUENTIAL, "none.npy", "-o", out).refused("none.npy", "no such file");
    Cli.run("predict", "none.h5", SEQUENTIAL_DATA, "-o", out).refused("none.h5");
    Cli.run("predict", SEQUENTIAL, UNET_DATA, "-o", out).refused("inputs/conv_input", "image");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "-o", out, "--layer", "cnv").refused("cnv");
    Cli.run("predict", SEQUENTIAL, SEQUENTIAL_DATA, "-o", out, "--engine", "gpu")
        .refused("gpu", "reference");
    Path bad = folder.resolve("bad.npz");
    Npz.write(bad, Map.of("x", Tensor.zeros(DType.FLOAT32, 3, 5, 2)));
    Cli.run("predict", SEQUENTIAL, bad, "-o", out).refused("conv_input", "(?, 9, 2)", "(3, 5, 2)");
    assertFalse(Files.exists(out));
  }

  @Test
  void architectureAndWeightsAreTwoFiles() {
    Path stem = Cli.CASES.resolve("separate/keras2.2.4/transfer_functional");
    Cli.run("verify", stem + ".json", stem + ".npz", "--weights", stem + ".weights.h5").fine();
    Cli.run("inspect", stem + ".json").refused("architecture without weights", "--weights");
    Cli.run("inspect", stem + ".weights.h5").refused("weights without a config");
  }

  @Test
  void inspectShowsAllLayersAndTheGap() {
    Cli inspected = Cli.run("inspect", UNET, "--json", "-");
    assertEquals(1, inspected.code());
    JsonNode json = inspected.json();
    assertEquals(1, json.get("gaps").size());
    assertEquals("lambda_1", json.at("/gaps/0/path").asText());
    long parameters = 0;
    for (JsonNode layer : json.get("layers")) {
      parameters += layer.at("/parameters/all").asLong();
    }
    assertEquals(json.at("/parameters/all").asLong(), parameters);
    JsonNode bound = Cli.run("inspect", UNET, LAMBDA, "--json", "-").fine().json();
    for (JsonNode layer : bound.get("layers")) {
      assertTrue(layer.at("/outputs/0/shape/0").isNull(), layer::toString);
    }
  }

  @Test
  void inspectTellsWhichLayersKeepStates() {
    Path stateful = Cli.CASES.resolve("tfk/stateful/bidirectional.h5");
    String text = Cli.run("inspect", stateful).fine().out();
    assertTrue(text.contains("states    kept from batch to batch by both.forward_layer, "), text);
    assertTrue(text.contains("KerasModel.session()"), text);
    JsonNode json = Cli.run("inspect", stateful, "--json", "-").fine().json();
    assertEquals(4, json.get("stateful").size());
    assertFalse(Cli.run("inspect", SEQUENTIAL).fine().out().contains("states "));
  }

  @Test
  void evaluateGivesTheRecordedNames() {
    JsonNode recorded = Fixture.read(UNET_DATA).metrics();
    Cli run = Cli.run("evaluate", UNET, UNET_DATA, LAMBDA, Cli.EXAMPLE, "--json", "-");
    JsonNode computed = run.fine().json().get("metrics");
    recorded
        .fieldNames()
        .forEachRemaining(name -> assertTrue(computed.has(name), computed::toString));
    assertEquals(recorded.size(), computed.size());
  }

  @Test
  void verifyReportsEveryPair() throws IOException {
    Path report = folder.resolve("report.json");
    Path models = SEQUENTIAL.getParent();
    Cli run = Cli.run("verify", models, "--json", report).fine();
    JsonNode json = new ObjectMapper().readTree(report.toFile());
    int pairs = Fixture.pairs(models).size();
    assertTrue(run.out().contains(pairs + " passed, 0 failed"), run.out());
    assertEquals(pairs, json.get("passed").asInt());
    assertEquals(0, json.get("failed").asInt());
    JsonNode first = json.at("/cases/0");
    assertTrue(first.get("ok").asBoolean() && first.get("seconds").isNumber());
    assertTrue(first.get("model").asText().endsWith(".h5"));
    assertTrue(first.get("fixture").asText().endsWith(".npz"));
    JsonNode check = first.at("/checks/0");
    assertTrue(check.get("ok").asBoolean() && check.get("message").asText().isEmpty());
    assertTrue(check.get("maxAbs").isNumber() && check.get("maxRel").isNumber());
    assertTrue(check.get("name").asText().startsWith("outputs/"));
  }

  @Test
  void verifyNamesTheFirstLayerThatDiffers() {
    Map<String, Tensor> changed = new LinkedHashMap<>(Npz.read(UNET_DATA).arrays());
    for (String member : new String[] {"activations/up_2_relu_b", "outputs/mask"}) {
      Tensor tensor = changed.get(member);
      tensor.setDouble(7, tensor.getDouble(7) + 1);
    }
    Path tampered = folder.resolve("tampered.npz");
    Npz.write(tampered, changed);
    Cli run = Cli.run("verify", UNET, tampered, LAMBDA, Cli.EXAMPLE);
    assertEquals(1, run.code(), run.out());
    assertTrue(run.out().contains("the first layer that differs: up_2_relu_b"), run.out());
    assertTrue(run.out().contains("FAIL  outputs/mask"), run.out());
    assertTrue(run.out().contains("allowed difference"), run.out());
    assertTrue(run.out().contains("record the fixture anew"), run.out());
  }

  @Test
  void verifyFailsWhereNothingIsCompared() throws IOException {
    Path empty = folder.resolve("empty.npz");
    Npz.write(empty, inputs(SEQUENTIAL_DATA));
    assertEquals(1, Cli.run("verify", SEQUENTIAL, empty).code());
    Cli.run("verify", folder).refused("no model");
    Cli.run("verify", SEQUENTIAL, "none.npz").refused("no file 'none.npz'");
    Cli.run("verify", "none.h5", SEQUENTIAL_DATA).refused("no file 'none.h5'");
    Cli.run("verify", SEQUENTIAL, SEQUENTIAL).refused("sequential.h5");
    Path alone = Files.copy(SEQUENTIAL, folder.resolve("alone.h5"));
    Cli.run("verify", alone).refused("no .npz of the same name beside it");
    Cli.run("verify", SEQUENTIAL, "--weights", SEQUENTIAL).refused("give its fixture behind it");
  }

  @Test
  void verifyTakesTheFixtureBesideAModel() {
    Cli run = Cli.run("verify", SEQUENTIAL).fine();
    assertEquals(Cli.run("verify", SEQUENTIAL, SEQUENTIAL_DATA).out(), run.out());
  }

  @Test
  void verifySaysOfWhichModelItWarns() {
    Path model = Cli.CASES.resolve("keras3/questions/hinge_accuracy.keras");
    Cli run = Cli.run("verify", model, model.resolveSibling("hinge_accuracy.npz")).fine();
    assertTrue(run.err().contains("warning: " + model + ": output 'side'"), run.err());
  }

  @Test
  void verifyKnowsTheFixtureOfAnotherModel() {
    Path model = Cli.CASES.resolve("keras3/questions/labels_shifted.keras");
    Cli run = Cli.run("verify", model, model.resolveSibling("double_softmax.npz"));
    assertEquals(1, run.code());
    assertTrue(run.out().contains("the fixture was recorded of another model"), run.out());
    assertTrue(run.out().contains("Compare the model with its own fixture"), run.out());
  }

  @Test
  void benchReportsTimes() {
    Cli run = Cli.run("bench", SEQUENTIAL, "--batch", 3, "--runs", 4, "--json", "-");
    JsonNode json = run.fine().json();
    assertEquals(3, json.get("batch").asInt());
    assertTrue(json.get("minMs").asDouble() <= json.get("medianMs").asDouble());
    assertTrue(json.get("medianMs").asDouble() <= json.get("p90Ms").asDouble());
    Cli.run("bench", SEQUENTIAL, "--runs", 0).refused("--runs");
  }

  @Test
  void benchProfilesSteps() {
    Cli table = Cli.run("bench", SEQUENTIAL, "--runs", 2, "--profile").fine();
    assertTrue(table.out().contains("all steps"), table.out());
    Cli run = Cli.run("bench", SEQUENTIAL, "--runs", 2, "--profile", "--json", "-");
    JsonNode steps = run.fine().json().get("steps");
    assertTrue(steps.findValues("flops").stream().anyMatch(flops -> flops.asDouble() > 0));
    for (JsonNode step : steps) {
      assertTrue(step.get("seconds").asDouble() > 0, step.toString());
      assertTrue(step.get("shape").isArray(), step.toString());
      assertFalse(step.get("implementation").asText().isEmpty(), step.toString());
    }
    Cli.run("bench", SEQUENTIAL, "--runs", 1, "--profile", "--engine", "reference").fine();
  }

  @Test
  void anAbsentEngineIsNamedWithWhatBringsIt() {
    JsonNode absent = Cli.run("doctor", "--json", "-").fine().json().get("absent");
    assertEquals("dev.keraunos:keraunos-ort", absent.get("ort").asText());
    assertTrue(Cli.run("doctor").fine().out().contains("nd4j        is not on the class path; "));
    Cli.run("bench", SEQUENTIAL, "--engine", "nd4j").refused("add dev.keraunos:keraunos-nd4j");
  }

  @Test
  void doctorListsTheEngines() {
    JsonNode engines = Cli.run("doctor", "--json", "-").fine().json().get("engines");
    assertTrue(engines.findValuesAsText("name").contains("reference"), engines::toString);
  }

  private static Map<String, Tensor> inputs(Path fixture) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(Npz.read(fixture).arrays());
    inputs.keySet().removeIf(member -> !member.startsWith("inputs/"));
    return inputs;
  }

  private static Map<String, String> shapes(Map<String, Tensor> arrays) {
    Map<String, String> shapes = new LinkedHashMap<>();
    arrays.forEach((name, tensor) -> shapes.put(name, tensor.shape().toString()));
    return shapes;
  }
}
