package dev.keraunos.loss.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.evaluate.Recorded;
import dev.keraunos.loss.internal.explain.Explainer;
import dev.keraunos.testing.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What parts add to a loss, and what other predictions would make of it, as real Kerases told
 * record_explanations.py by evaluating with other weights, channels, batches and predictions.
 */
class RecordedExplanationTest {
  private static final List<String> LINES =
      List.of("2.2.4", "3.0.5", "3.15", "3.15-jax", "tf_keras-2.21");

  @TestFactory
  List<DynamicTest> shares() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : LINES) {
      Recorded.all("explained/" + line + ".json")
          .forEach(
              (name, recorded) -> {
                for (Map.Entry<String, JsonNode> entry :
                    recorded.json().get("shares").properties()) {
                  String label = line + ", " + name + ", batches of " + entry.getKey();
                  int size = Integer.parseInt(entry.getKey());
                  tests.add(
                      dynamicTest(label, () -> check(recorded, size, entry.getValue(), label)));
                }
              });
    }
    return tests;
  }

  private static void check(Recorded recorded, int size, JsonNode shares, String label) {
    try (Explainer evaluation = recorded.evaluate(size)) {
      Explanation explanation = evaluation.explanation();
      for (JsonNode share : shares) {
        double expected = share.get("value").asDouble();
        int index = share.get("index").asInt();
        String what = label + ": " + share;
        if (share.get("what").asText().equals("batch")) {
          double all = recorded.dialect().has(Quirk.BATCHES_COUNT_ONCE) ? explanation.batches() : 0;
          long samples = Math.min(size, explanation.samples() - (long) index * size);
          double part = all > 0 ? 1 / all : (double) samples / explanation.samples();
          double actual = explanation.byBatch().get(index).value();
          Tolerance.CLOSE.check(expected * part, actual, explanation.loss(), what);
        } else {
          double actual = value(output(explanation, share.get("output").asText()), share);
          Tolerance.CLOSE.check(expected, actual, explanation.loss(), what);
        }
      }
    }
  }

  private static Explanation.Output output(Explanation explanation, String name) {
    return explanation.outputs().stream()
        .filter(output -> output.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static double value(Explanation.Output output, JsonNode share) {
    int index = share.get("index").asInt();
    switch (share.get("what").asText()) {
      case "output":
        return output.contribution();
      case "class":
        return output.classes().get(index).byTrueClass();
      case "channel":
        return output.classes().get(index).byChannel().orElseThrow();
      case "sample":
        return output.bySample().get(index).value();
      case "place":
        return output.byRegion().get(index).value();
      default:
        throw new IllegalArgumentException(share.toString());
    }
  }

  /** A kind of share that no line has would not be tested. */
  @ParameterizedTest
  @ValueSource(strings = {"2.2.4", "3.0.5", "3.15", "3.15-jax", "tf_keras-2.21"})
  void everyKindOfShareIsRecorded(String line) {
    Set<String> found = new TreeSet<>();
    for (Recorded recorded : Recorded.all("explained/" + line + ".json").values()) {
      recorded.json().get("shares").forEach(s -> s.forEach(e -> found.add(e.get("what").asText())));
    }
    assertEquals(Set.of("batch", "channel", "class", "output", "place", "sample"), found);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.2.4", "3.0.5", "3.15", "3.15-jax", "tf_keras-2.21"})
  void otherPredictionsAndWeights(String line) {
    int checked = 0;
    for (Recorded recorded : Recorded.all("explained/" + line + ".json").values()) {
      JsonNode whatIf = recorded.json().path("what_if");
      int samples = recorded.json().at("/outputs/0/p/shape/0").asInt();
      try (Explainer evaluation = recorded.evaluate(samples, Explainer::whatIf)) {
        Explanation explanation = evaluation.explanation();
        Explanation.Output output = explanation.outputs().get(0);
        double loss = explanation.loss();
        for (Map.Entry<String, JsonNode> entry : whatIf.path("classes").properties()) {
          Explanation.ClassShare share = output.classes().get(Integer.parseInt(entry.getKey()));
          String what = line + ", " + recorded.name() + ", class " + share.index();
          double right = entry.getValue().get(0).asDouble();
          double wrong = entry.getValue().get(1).asDouble();
          Tolerance.CLOSE.check(right, share.lossIfRight().orElseThrow(), loss, what + " right");
          Tolerance.CLOSE.check(wrong, share.lossIfWrong().orElseThrow(), wrong, what + " wrong");
          checked++;
        }
        if (whatIf.has("balanced")) {
          double balanced = whatIf.get("balanced").asDouble();
          Tolerance.CLOSE.check(
              balanced, output.balanced().orElseThrow(), recorded.name() + " balanced");
          whatIf
              .get("equal_weight")
              .properties()
              .forEach(
                  e ->
                      Tolerance.CLOSE.check(
                          e.getValue().asDouble(),
                          output
                              .classes()
                              .get(Integer.parseInt(e.getKey()))
                              .equalWeight()
                              .orElseThrow(),
                          recorded.name() + " weight of class " + e.getKey()));
        }
      }
    }
    int all = checked;
    assertTrue(all > 0, () -> "no class was predicted otherwise in " + line);
  }
}
