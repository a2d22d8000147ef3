package dev.keraunos.loss.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
      Sums.check(evaluation.explanation());
    }
  }

  /** The sums hold under every profile, and where a prediction is not a number. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.2", "1.2.2", "2.0.6", "2.2.4", "2.2.5", "2.3.1", "2.6.0", "2.10.0-v1", "2.10.0",
        "2.13.1-v1", "2.13.1", "3.1.1", "3.3.3", "3.5.0", "3.8.0", "3.12.0", "3.13.0", "3.14.0",
        "3.15.1", "3.15.1:jax"
      })
  void breakdownsAddUpUnderEveryProfile(String keras) {
    int checked = 0;
    for (Recorded recorded : Recorded.all("tf_keras-2.21.json").values()) {
      for (Recorded other : List.of(recorded, recorded.withNan())) {
        checked += checkUnder(new Recorded(other.json(), Dialect.parse(keras), 2)) ? 1 : 0;
      }
    }
    int all = checked;
    assertTrue(all > 40, () -> all + " cases only");
  }

  /** False if that Keras does not know what the case was compiled with, or refuses its shapes. */
  private static boolean checkUnder(Recorded recorded) {
    try (Evaluation evaluation = recorded.evaluate()) {
      Explanation explanation = evaluation.explanation();
      Level.LOSS.check(evaluation.result().get("loss"), explanation.loss(), "loss");
      Sums.check(explanation);
      return true;
    } catch (KeraunosException e) {
      return false;
    }
  }

  /** A breakdown that is empty adds up to anything: each must be there somewhere. */
  @Test
  void everyBreakdownOccurs() {
    Set<String> found = new TreeSet<>();
    for (Recorded recorded : Recorded.all("keras-3.15-tensorflow.json").values()) {
      try (Evaluation evaluation = recorded.evaluate()) {
        found.addAll(Sums.check(evaluation.explanation()));
      }
    }
    assertEquals(
        Set.of("batch", "channel", "class", "output", "penalty", "region", "sample", "term"),
        found);
  }

  /** The breakdowns of an explanation. */
  private static final class Sums {
    private final Set<String> found = new TreeSet<>();

    /** Fails unless each adds up; returns which there are. */
    static Set<String> check(Explanation explanation) {
      Sums sums = new Sums();
      double loss = explanation.loss();
      List<Double> all = new ArrayList<>();
      explanation.outputs().forEach(output -> all.add(output.contribution()));
      all.addAll(values(explanation.penalties(), Explanation.Penalty::value));
      sums.add(explanation.penalties().isEmpty() ? "output" : "penalty", all, loss);
      sums.add("batch", values(explanation.byBatch(), Explanation.Part::value), loss);
      explanation.outputs().forEach(output -> sums.check(output, explanation.samples()));
      return sums.found;
    }

    private void check(Explanation.Output output, long samples) {
      double contribution = output.contribution();
      add("term", values(output.terms(), Explanation.Term::value), contribution);
      add("sample", values(output.bySample(), Explanation.Part::value), contribution);
      add("region", values(output.byRegion(), Explanation.Region::value), contribution);
      add("class", values(output.classes(), Explanation.ClassShare::byTrueClass), contribution);
      for (Explanation.Term term : output.terms()) {
        add("channel", term.byChannel(), term.value());
        add("class", term.byTrueClass(), term.value());
        assertEquals(output.classes().size(), term.byTrueClass().size());
      }
      assertEquals(samples, output.bySample().get(output.bySample().size() - 1).to());
      List<Explanation.Stage> stages = output.stages();
      Level.LOSS.check(contribution, stages.get(stages.size() - 1).value(), "last stage");
      Level.LOSS.check(output.value(), stages.get(stages.size() - 2).value(), "reduction");
    }

    private void add(String what, List<Double> parts, double expected) {
      if (parts.isEmpty()) {
        return;
      }
      found.add(what);
      double sum = parts.stream().mapToDouble(part -> part).sum();
      Level.LOSS.check(expected, sum, "by " + what);
    }

    private static <T> List<Double> values(List<T> parts, ToDoubleFunction<T> value) {
      return parts.stream().map(value::applyAsDouble).toList();
    }
  }
}
