package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Situations that people were puzzled by: the first lines answer them, with the numbers that Keras
 * and NumPy give. Of healthy models nothing is said that a case does not allow.
 */
class QuestionsTest {
  private static final int COLUMNS = 80;
  private static final int FIRST = 6;
  private static final String SOFTMAX =
      """
      ## Loss of MODEL

      **every prediction of 'yes' is 1: softmax of one unit is 1 whatever the input; use \
      sigmoid. Guessing would have the loss 0.693**

      loss 0.940108 (binary\\_crossentropy of 'yes'); guessing the class shares would have \
      0.693147

      Keras 3.15.1:tensorflow, 40 samples in 2 batches: batches count by their size

      ### Output 'yes': 0.940108 of loss 'binary\\_crossentropy', times weight 1.00000, adds \
      0.940108

      #### Share of each class

      | class | samples | by class | share | by channel | mean score | recall | loss if all \
      right | if all wrong |
      |---:|---:|---:|---:|---:|---:|---:|---:|---:|
      | 0 | 20 | 0.392970 | 41.8 % | - | 0.785940 | 0.0 % | 1.09428 | 0.940108 |
      | 1 | 20 | 0.547138 | 58.2 % | - | 1.09428 | 100.0 % | 0.940108 | 0.785940 |

      #### How each class is found

      a number above 0.5 is of class 1

      | class | recall | precision | IoU | taken for |
      |---:|---:|---:|---:|---|
      | 0 | 0.0 % | - | 0.0 % | 1 100.0 % |
      | 1 | 100.0 % | 50.0 % | 50.0 % |  |

      #### How it is reduced

      | step | shape | mean | how |
      |---|---|---:|---|
      | elements | (?, 1) | 0.940108 | one loss per element of the prediction |
      | scores | (?) | 0.940108 | mean over axis -1 |
      | reduction | () | 0.940108 | sum / number of scores |
      | loss weight | () | 0.940108 | times 1.0 |

      #### Samples that add most

      | sample | adds |
      |---:|---:|
      | 25 | 0.0829087 |
      | 10 | 0.0731308 |
      | 11 | 0.0712148 |
      | 24 | 0.0656454 |
      """;

  @TempDir private Path folder;

  private static JsonNode facts(Path questions) throws IOException {
    return new ObjectMapper().readTree(Files.readString(questions.resolve("facts.json")));
  }

  private static Path questions(String line) {
    return Cli.CASES.resolve(line).resolve("questions");
  }

  private static Path model(Path questions, String name) {
    Path archive = questions.resolve(name + ".keras");
    return Files.exists(archive) ? archive : questions.resolve(name + ".h5");
  }

  private List<Object> arguments(Path model, String... more) throws IOException {
    Path data = Path.of(model.toString().replaceFirst("\\.(h5|keras)$", ".npz"));
    List<Object> arguments = new ArrayList<>(List.of("explain-loss", model, data));
    JsonNode weights = Fixture.read(data).classWeight();
    if (!weights.isMissingNode()) {
      Path file = folder.resolve("weights.json");
      Files.writeString(file, weights.toString());
      arguments.addAll(List.of("--class-weight", file));
    }
    arguments.addAll(List.of(more));
    return arguments;
  }

  private Cli run(Path model, String... more) throws IOException {
    return Cli.run(arguments(model, more).toArray()).fine();
  }

  @TestFactory
  List<DynamicTest> everyQuestionIsAnswered() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : List.of("keras3", "tfk")) {
      JsonNode facts = facts(questions(line));
      for (var entry : facts.properties()) {
        Path model = model(questions(line), entry.getKey());
        tests.add(
            dynamicTest(
                line + ", " + entry.getKey(),
                () -> {
                  JsonNode found = run(model, "--json", "-").json().get("findings");
                  check(entry.getValue(), found);
                  text(run(model).out(), found);
                  if (entry.getValue().has("training")) {
                    training(entry.getValue().get("training").asDouble(), model);
                  }
                }));
      }
    }
    return tests;
  }

  private static void check(JsonNode fact, JsonNode found) {
    List<String> rules = found.findValuesAsText("rule");
    if (fact.get("rule").isNull()) {
      Set<String> told = new HashSet<>(rules);
      fact.get("told").forEach(rule -> told.remove(rule.asText()));
      assertEquals(Set.of(), told);
      return;
    }
    assertFalse(rules.isEmpty());
    assertEquals(fact.get("rule").asText(), rules.get(0));
    for (var number : fact.get("numbers").properties()) {
      JsonNode computed = found.get(0).get("numbers").get(number.getKey());
      assertTrue(computed != null, () -> number.getKey() + " in " + found);
      Tolerance.CHAIN.check(
          number.getValue().asDouble(), computed.asDouble(), "the number " + number.getKey());
    }
  }

  /** With the statistics of the batches the loss is the one that Keras computes with them. */
  private void training(double loss, Path model) throws IOException {
    JsonNode explained = run(model, "--training", "--json", "-").json();
    assertTrue(explained.get("training").asBoolean());
    Tolerance.CLOSE.check(loss, explained.get("loss").asDouble(), "the loss in training");
    List<String> rules = explained.get("findings").findValuesAsText("rule");
    assertFalse(rules.contains("moving-averages-far-off"), rules::toString);
    String out = run(model, "--training").out();
    assertTrue(out.contains("training loss "), out);
    assertTrue(out.replaceAll("\\s+", " ").contains("not what evaluate returns"), out);
  }

  /** The first lines hold the first sentence, and no line is wider than a terminal. */
  private static void text(String out, JsonNode found) {
    List<String> lines = out.lines().toList();
    for (String line : lines) {
      assertTrue(line.length() <= COLUMNS, line);
    }
    String first = lines.stream().limit(FIRST).map(String::strip).collect(Collectors.joining(" "));
    if (!found.isEmpty()) {
      String sentence = found.get(0).get("sentence").asText();
      assertTrue(first.contains(sentence), () -> sentence + " in " + first);
    }
    assertTrue(first.contains("loss "), first);
  }

  /** What would let classes count alike is said beside a class that hardly counts, nowhere else. */
  @Test
  void weightsAreAdvisedWhereTheyMend() throws IOException {
    String balanced = run(model(questions("keras3"), "label_smoothing_floor")).out();
    assertFalse(balanced.contains("count alike"), balanced);
    String noNumber = run(model(questions("keras3"), "nan_in_one_feature")).out();
    assertFalse(noNumber.contains("count alike"), noNumber);
    String rare = run(model(questions("keras3"), "all_background")).out();
    assertTrue(rare.contains("every class then counts"), rare);
  }

  /** Parts of a loss that go both ways have no percentages, and "1 batches" is not said. */
  @Test
  void partsOfBothSignsAreToldByTheirSigns() throws IOException {
    String dice = run(model(questions("keras3"), "dice_by_batch")).out();
    assertTrue(dice.contains("lowers"), dice);
    assertFalse(dice.contains("100.0 %"), dice);
    String negative = run(model(questions("keras3"), "kld_without_softmax")).out();
    assertTrue(negative.contains("samples in 1 batch:"), negative);
  }

  @Test
  void channelsOfARegressionAreInTheTextAndInThePage() throws IOException {
    Path model = model(questions("keras3"), "columns_of_different_scale");
    Path page = folder.resolve("page.html");
    String out = run(model, "--html", page.toString()).out();
    assertTrue(out.contains("share of each channel"), out);
    String html = Files.readString(page);
    assertTrue(html.contains("What each channel adds"), html);
    assertTrue(html.contains(": target "), html);
  }

  @Test
  void pagesDoNotTellWhereFoldersLie() throws IOException {
    Path model = model(questions("keras3"), "healthy_classes").toAbsolutePath();
    Path page = folder.resolve("page.html");
    run(model, "--html", page.toString());
    String html = Files.readString(page);
    assertTrue(html.contains("<title>Loss of healthy_classes.keras</title>"), html);
    assertFalse(html.contains(model.getParent().toString()), html);
  }

  /** Markdown goes to a file beside the text, or alone to standard output. */
  @Test
  void markdownIsForAPullRequest() throws IOException {
    Path model = model(questions("keras3"), "softmax_of_one_unit");
    String page = run(model, "--markdown").out();
    assertEquals(SOFTMAX.replace("MODEL", model.toString().replace("_", "\\_")), page);
    Path file = folder.resolve("page.md");
    assertTrue(run(model, "--markdown", file.toString()).out().startsWith("every "));
    assertEquals(page, Files.readString(file));
    Cli.run(arguments(model, "--json", "-", "--markdown").toArray()).refused("name a file");
  }

  /** A name is not given to two numbers without a word. */
  @Test
  void lossesThatKerasPrintsOtherwiseAreTold() throws IOException {
    String out = run(model(questions("keras3"), "multi_output_with_l2")).out();
    assertTrue(out.startsWith("Keras prints price_loss "), out);
    assertTrue(out.contains(" x "), out);
    assertTrue(out.contains("(regularisers, "), out);
  }

  /** The page's table of what is found in healthy models is what is found. */
  @Test
  void thePageTellsWhatIsSaidOfHealthyModels() throws IOException {
    StringBuilder table = new StringBuilder("| model | loss | Keras 3 | tf_keras |\n");
    table.append("|---|---|---|---|\n");
    for (var entry : facts(questions("keras3")).properties()) {
      if (entry.getKey().startsWith("healthy_")) {
        JsonNode three = run(model(questions("keras3"), entry.getKey()), "--json", "-").json();
        JsonNode two = run(model(questions("tfk"), entry.getKey()), "--json", "-").json();
        List<String> losses = three.get("outputs").findValuesAsText("loss");
        String row = String.join(" | ", code(entry.getKey()), code(losses), said(three), said(two));
        table.append("| ").append(row).append(" |\n");
      }
    }
    String page = Files.readString(Path.of("../src/site/markdown/explanation.md"));
    assertTrue(page.contains(table), () -> "the page needs this table:\n" + table);
  }

  private static String said(JsonNode explanation) {
    List<String> rules = explanation.get("findings").findValuesAsText("rule");
    return rules.isEmpty() ? "nothing" : code(rules);
  }

  private static String code(List<String> names) {
    return names.stream().map(QuestionsTest::code).collect(Collectors.joining(", "));
  }

  private static String code(String name) {
    return "`" + name + "`";
  }

  private static Cli evaluate(String name, String... more) {
    Path model = model(questions("keras3"), name);
    List<Object> arguments = new ArrayList<>(List.of("evaluate", model));
    arguments.add(Path.of(model.toString().replaceFirst("\\.(h5|keras)$", ".npz")));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray());
  }

  /** What makes the numbers of evaluate meaningless is warned of, and refused where asked for. */
  @Test
  void evaluateWarnsOfMeaninglessNumbers() {
    for (String name :
        List.of(
            "return_sequences_left_on",
            "labels_from_one",
            "accuracy_of_regression",
            "accuracy_after_loading",
            "categorical_accuracy_of_one_unit",
            "top_five_of_five",
            "hinge_accuracy",
            "precision_of_two_columns")) {
      assertTrue(evaluate(name).fine().err().startsWith("warning: output '"), name);
      evaluate(name, "--strict").refused("output '");
    }
    for (String name : List.of("healthy_classes", "healthy_binary", "healthy_regression")) {
      assertEquals("", evaluate(name, "--strict").fine().err());
    }
  }
}
