package dev.keraunos.loss.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.keraunos.loss.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What real Kerases returned from {@code evaluate}, names and values, and explanations that add up
 * to it.
 */
class RecordedEvaluateTest {
  private static final List<String> FILES =
      List.of(
          "keras-1.2.2",
          "keras-2.1.6",
          "keras-2.2.4",
          "keras-2.2.5",
          "keras-2.3.1",
          "keras-2.6",
          "keras-2.13",
          "tf_keras-2.21",
          "tf_keras-2.21-h5",
          "keras-3.0.5",
          "keras-3.1.1",
          "keras-3.1.1-jax",
          "keras-3.3.3",
          "keras-3.5.0",
          "keras-3.8.0",
          "keras-3.8.0-jax",
          "keras-3.12.0",
          "keras-3.13",
          "keras-3.14",
          "keras-3.15-tensorflow",
          "keras-3.15-h5",
          "keras-3.15-jax",
          "catalogue-1.2.2",
          "catalogue-2.2.4",
          "catalogue-2.3.1",
          "catalogue-2.6",
          "catalogue-2.13",
          "catalogue-3.15-tensorflow");

  @TestFactory
  List<DynamicContainer> evaluate() {
    List<DynamicContainer> files = new ArrayList<>();
    for (String file : FILES) {
      List<DynamicTest> cases = new ArrayList<>();
      Recorded.all(file + ".json")
          .forEach((name, recorded) -> cases.add(dynamicTest(name, () -> check(recorded))));
      files.add(dynamicContainer(file, cases));
    }
    return files;
  }

  private static void check(Recorded recorded) {
    try (Evaluation evaluation = recorded.evaluate()) {
      Map<String, Double> expected = recorded.result();
      Map<String, Double> actual = evaluation.result();
      assertEquals(new TreeSet<>(expected.keySet()), new TreeSet<>(actual.keySet()));
      expected.forEach(
          (name, value) ->
              Level.LOSS.check(value, actual.get(name), recorded.json().get("name") + " " + name));
      checkSum(evaluation.explanation());
    }
  }

  private static void checkSum(Explanation explanation) {
    double sum = 0;
    for (Explanation.Output output : explanation.outputs()) {
      sum += output.contribution();
      double terms = output.terms().stream().mapToDouble(Explanation.Term::value).sum();
      Level.LOSS.check(output.contribution(), terms, output.name() + " by term");
    }
    sum += explanation.penalties().stream().mapToDouble(Explanation.Penalty::value).sum();
    Level.LOSS.check(explanation.loss(), sum, "by output and penalty");
  }
}
