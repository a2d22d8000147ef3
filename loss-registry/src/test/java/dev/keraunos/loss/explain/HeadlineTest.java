package dev.keraunos.loss.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.loss.evaluate.Recorded;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.explain.Explainer;
import dev.keraunos.testing.Tolerance;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The sentence about classes that are found far less well than the others, with the numbers that
 * Keras gave record_explanations.py for the same predictions and for changed ones.
 */
class HeadlineTest {
  private static final List<String> LINES = List.of("3.15", "tf_keras-2.21");
  private static final String RANGE =
      ": with every one of them right the loss would be {right}, with every one wrong {wrong}.";
  private static final String HIDDEN = RANGE + " So a loss of {loss} cannot show it.";
  private static final String PIXELS =
      "Class 3 has IoU 20 %, the others 97 to 100 %. The loss averages pixels, not classes, and"
          + " class 3 is 5 of 240 pixels (2.1 %)";
  private static final String STEPS =
      "Class 3 has IoU 25 %, the others 97 to 100 %. The loss averages steps, not classes, and"
          + " class 3 is 4 of 200 steps (2 %)";

  /** By case, with recorded losses in braces; a case that is not here has nothing to say. */
  private static final Map<String, String> SENTENCES =
      Map.of(
          "rare_pixels",
          PIXELS + HIDDEN,
          "rare_channels_first",
          PIXELS + HIDDEN,
          "rare_sparse",
          STEPS + HIDDEN,
          "rare_masked",
          STEPS.replace("200", "192").replace("2 %", "2.1 %") + HIDDEN,
          "rare_weighted",
          STEPS + ", 3 % by weight" + HIDDEN,
          "rare_samples",
          STEPS.replace("steps", "samples").replace("IoU", "recall").replace("97", "98") + HIDDEN,
          "rare_two",
          "Classes 2 and 3 have IoU 25 to 50 %, the others 97 to 100 %. The loss averages steps,"
              + " not classes, and classes 2 and 3 are 8 of 200 steps (4 %)"
              + HIDDEN,
          "uncertain_pixels",
          "Class 3 has IoU 25 %, the others 92 to 100 %. The loss averages pixels, not classes, and"
              + " class 3 is 12 of 240 pixels (5 %)"
              + RANGE,
          "frequent_pixels",
          "Class 3 has IoU 25 % and makes {share} % of the loss, the others have 72 to 100 %. It is"
              + " 36 of 240 pixels (15 %). With every one of them right the loss would be {right},"
              + " with every one wrong {wrong}.",
          "coupled_pixels",
          "Class 3 has IoU 20 %, the others 97 to 100 %. It is 5 of 240 pixels (2.1 %). With every"
              + " one of them right the loss would be {right}, with every one wrong {wrong}.");

  @TestFactory
  List<DynamicTest> sentences() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : LINES) {
      Recorded.all("explained/low-" + line + ".json")
          .forEach((name, recorded) -> tests.add(dynamicTest(line + ", " + name, check(recorded))));
    }
    return tests;
  }

  private static org.junit.jupiter.api.function.Executable check(Recorded recorded) {
    return () -> {
      JsonNode found = recorded.json().get("found");
      Explanation explanation = explain(recorded, Explainer::whatIf);
      Explanation.Output output = explanation.outputs().get(0);
      Optional<Finding> headline = headline(explanation);
      Optional<String> expected =
          Optional.ofNullable(SENTENCES.get(recorded.name())).map(text -> filled(text, found));
      assertEquals(expected, headline.map(Finding::sentence));
      if (!recorded.name().equals("several_labels")) {
        classes(found.get("classes"), output);
      }
      headline.ifPresent(told -> remedies(told.advice(), found, recorded));
    };
  }

  private static Optional<Finding> headline(Explanation explanation) {
    return explanation.findings().stream()
        .filter(finding -> finding.rule().equals("class-fares-badly"))
        .findFirst();
  }

  private static Explanation explain(
      Recorded recorded, Function<Evaluation.Builder, Explainer> detail) {
    int samples = recorded.json().at("/outputs/0/p/shape/0").asInt();
    try (Explainer evaluation = recorded.evaluate(samples, detail)) {
      return evaluation.explanation();
    }
  }

  private static String filled(String text, JsonNode found) {
    String share = String.valueOf(Math.round(100 * found.path("share").asDouble()));
    String filled = text.replace("{share}", share);
    for (String name : List.of("right", "wrong", "loss")) {
      filled = filled.replace("{" + name + "}", number(found.get(name).asDouble()));
    }
    return filled;
  }

  private static String number(double value) {
    return new BigDecimal(value).round(new MathContext(3)).toPlainString();
  }

  private static void classes(JsonNode recorded, Explanation.Output output) {
    for (int k = 0; k < recorded.size(); k++) {
      JsonNode json = recorded.get(k);
      Explanation.ClassShare share = output.classes().get(k);
      String what = "class " + k;
      assertEquals(json.get("positions").asLong(), share.positions(), what);
      Tolerance.CLOSE.check(json.get("iou").asDouble(), share.iou().orElseThrow(), 1, what);
      Tolerance.CLOSE.check(json.get("recall").asDouble(), share.recall().orElseThrow(), 1, what);
      Tolerance.CLOSE.check(1 - json.get("dice").asDouble(), share.dice().orElseThrow(), 1, what);
    }
  }

  private static void remedies(List<String> remedies, JsonNode found, Recorded recorded) {
    double dice = 0;
    double measure = 0;
    String name = recorded.name().equals("rare_samples") ? "recall" : "iou";
    int classes = found.get("classes").size();
    for (JsonNode json : found.get("classes")) {
      dice += json.get("dice").asDouble() / classes;
      measure += json.get(name).asDouble() / classes;
    }
    List<String> parts = new ArrayList<>();
    parts.add("the Dice loss of each class, " + number(dice) + " on the average: ");
    parts.add(", " + Math.round(100 * measure) + " %, where ");
    boolean rare = !Set.of("frequent_pixels", "coupled_pixels").contains(recorded.name());
    if (rare && found.has("balanced")) {
      parts.add(0, "balanced mean, " + number(found.get("balanced").asDouble()));
    } else if (rare) {
      parts.add(0, "class weights {");
    }
    assertEquals(parts.size(), remedies.size(), remedies::toString);
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      String remedy = remedies.get(i);
      assertTrue(remedy.contains(part), () -> part + " in " + remedy);
    }
  }

  /** What other predictions would give is known of a loss that couples them only if asked for. */
  @TestFactory
  List<DynamicTest> withoutWhatIf() {
    return LINES.stream()
        .map(
            line ->
                dynamicTest(
                    line,
                    () -> {
                      Recorded recorded =
                          Recorded.all("explained/low-" + line + ".json").get("coupled_pixels");
                      String sentence =
                          headline(explain(recorded, Explainer::of)).orElseThrow().sentence();
                      assertTrue(sentence.endsWith("It is 5 of 240 pixels (2.1 %)."), sentence);
                    }))
        .toList();
  }

  /** A loss that is not a number has no numbers to tell. */
  @TestFactory
  List<DynamicTest> notANumber() {
    return LINES.stream()
        .map(
            line ->
                dynamicTest(
                    line,
                    () -> {
                      Recorded recorded =
                          Recorded.all("explained/low-" + line + ".json").get("rare_pixels");
                      Explanation explanation = explain(recorded.withNan(), Explainer::of);
                      assertEquals(
                          List.of("not-a-number"),
                          explanation.findings().stream().map(Finding::rule).toList());
                    }))
        .toList();
  }
}
