package dev.keraunos.loss.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.explain.Explainer;
import dev.keraunos.tensor.DType;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What real Kerases returned from {@code evaluate}, names and values, and explanations that add up
 * to it.
 *
 * <p>There is a file for every suite of the recipe {@code record_evaluate.py} (rules, catalogue of
 * losses and metrics, compilation, penalties, class weights, what random evaluations found, rare
 * rules with what is refused) and line: Keras 1.0.1 to 2.3.1, Keras inside TensorFlow 1.11, 1.15,
 * 2.6, 2.10 and 2.13, graph mode of 2.6 and 2.15, tf_keras 2.21, Keras 3.0 to 3.15, the newest on
 * JAX and from HDF5 as well. Each case is evaluated in batches of several sizes, of which the last
 * is smaller.
 */
class RecordedEvaluateTest {
  private static final int FILES = 167;

  /** The property that names a folder of other recordings. */
  private static final String FOLDER = "keraunos.recorded";

  /** The cases of {@link Tolerance#CANCELLED}. */
  private static final Set<String> CANCELLED =
      Set.of("metrics_mean_steps", "object_Circle_remove_diagonal");

  /** Every file of the recipe, {@code suite-line.json}, or those of another folder. */
  @TestFactory
  List<DynamicContainer> evaluate() throws IOException, URISyntaxException {
    String other = System.getProperty(FOLDER, "");
    Path own = Path.of(RecordedEvaluateTest.class.getResource("recorded").toURI());
    List<DynamicContainer> files = new ArrayList<>();
    try (Stream<Path> found = Files.list(other.isEmpty() ? own : Path.of(other))) {
      found.sorted().forEach(file -> files.add(recorded(file)));
    }
    int least = other.isEmpty() ? FILES : 1;
    assertTrue(files.size() >= least, () -> "only " + files.size() + " files");
    return files;
  }

  /** For the check that every rule of a Keras version is reached. */
  @AfterAll
  static void writeAnswers() throws IOException {
    Files.write(Path.of("target", "quirks.txt"), Quirk.answers());
  }

  private static DynamicContainer recorded(Path file) {
    List<DynamicTest> tests = new ArrayList<>();
    Recorded.all(file)
        .forEach(
            (name, recorded) -> {
              for (int size : recorded.batchSizes()) {
                String label = name + ", batches of " + size;
                tests.add(dynamicTest(label, () -> check(recorded, size, label)));
              }
              for (int size : recorded.refusedSizes()) {
                String label = name + ", refused in batches of " + size;
                tests.add(dynamicTest(label, () -> checkRefused(recorded, size)));
              }
            });
    return dynamicContainer(file.getFileName().toString(), tests);
  }

  private static void check(Recorded recorded, int batchSize, String label) {
    try (Explainer evaluation = recorded.evaluate(batchSize)) {
      Map<String, Double> expected = recorded.result(batchSize);
      Map<String, Double> actual = evaluation.result();
      assertEquals(new TreeSet<>(expected.keySet()), new TreeSet<>(actual.keySet()));
      expected.forEach(
          (name, value) ->
              level(recorded, name).check(value, actual.get(name), label + ": " + name));
      Sums.check(evaluation.explanation());
    }
  }

  private static void checkRefused(Recorded recorded, int batchSize) {
    assertThrows(InputException.class, () -> recorded.evaluate(batchSize).close());
  }

  /** Metrics of half precision are named after it, outputs of it say so. */
  private static Tolerance level(Recorded recorded, String result) {
    String test = recorded.name();
    if (CANCELLED.contains(test)) {
      return Tolerance.CANCELLED;
    }
    boolean half = !result.equals("loss") && test.startsWith("metrics_");
    boolean brain = half && test.startsWith("metrics_bfloat16");
    return brain
        ? Tolerance.CLOSE.in(DType.BFLOAT16)
        : half && test.startsWith("metrics_float16")
            ? Tolerance.CLOSE.in(DType.FLOAT16)
            : recorded.level();
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
    for (Recorded recorded : Recorded.all("recorded/evaluate-tf_keras-2.21.json").values()) {
      for (Recorded other : List.of(recorded, recorded.withNan())) {
        checked += checkUnder(new Recorded(other.json(), Dialect.parse(keras))) ? 1 : 0;
      }
    }
    int all = checked;
    assertTrue(all > 40, () -> all + " cases only");
  }

  /** False if that Keras does not know what the case was compiled with, or refuses its shapes. */
  private static boolean checkUnder(Recorded recorded) {
    try (Explainer evaluation = recorded.evaluate(2)) {
      Explanation explanation = evaluation.explanation();
      Tolerance.CLOSE.check(evaluation.result().get("loss"), explanation.loss(), "loss");
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
    for (String suite : List.of("evaluate", "penalties")) {
      for (Recorded recorded : Recorded.all("recorded/" + suite + "-3.15.json").values()) {
        try (Explainer evaluation = recorded.evaluate(2)) {
          found.addAll(Sums.check(evaluation.explanation()));
        }
      }
    }
    assertEquals(
        Set.of(
            "batch",
            "channel",
            "channel of a split",
            "class",
            "class of a split",
            "output",
            "penalty",
            "region",
            "sample",
            "split",
            "term"),
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
      double placed = contribution - output.unsplit();
      boolean coupled = output.terms().stream().anyMatch(Explanation.Term::batchLevel);
      List<Double> parts = values(output.bySample(), Explanation.Part::value);
      add("sample", parts, coupled && !output.worst().isEmpty() ? placed : contribution);
      add("region", values(output.byRegion(), Explanation.Region::value), placed);
      add("class", values(output.classes(), Explanation.ClassShare::byTrueClass), placed);
      for (Explanation.Term term : output.terms()) {
        add("channel", term.byChannel(), term.value());
        add("class", term.byTrueClass(), term.value());
        term.split().ifPresent(found -> check(found, term));
        boolean has = !term.byTrueClass().isEmpty();
        assertTrue(!has || output.classes().size() == term.byTrueClass().size());
      }
      assertEquals(samples, output.bySample().get(output.bySample().size() - 1).to());
      List<Explanation.Stage> stages = output.stages();
      Tolerance.CLOSE.check(contribution, stages.get(stages.size() - 1).value(), "last stage");
      Tolerance.CLOSE.check(output.value(), stages.get(stages.size() - 2).value(), "reduction");
    }

    private void check(Explanation.Split split, Explanation.Term term) {
      found.add("split");
      double placed = term.value() - split.unsplit();
      add("class of a split", split.byTrueClass(), placed);
      add("channel of a split", split.byChannel(), placed);
    }

    private void add(String what, List<Double> parts, double expected) {
      if (parts.isEmpty()) {
        return;
      }
      found.add(what);
      double sum = parts.stream().mapToDouble(part -> part).sum();
      Tolerance.CLOSE.check(expected, sum, "by " + what);
    }

    private static <T> List<Double> values(List<T> parts, ToDoubleFunction<T> value) {
      return parts.stream().map(value::applyAsDouble).toList();
    }
  }
}
