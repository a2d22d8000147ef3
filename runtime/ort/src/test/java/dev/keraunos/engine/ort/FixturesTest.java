package dev.keraunos.engine.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.KerasModel;
import dev.keraunos.Loader;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.fixtures.example.WeightedBceDice;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.testing.RecordedCases;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What was recorded of every model, predictions, losses and metrics, computed by ONNX Runtime alone
 * from the files that its graphs become; of those that are gaps, by the engine, which computes the
 * rest elsewhere. A sample of them, unless {@code -Dkeraunos.onnx=all}.
 */
class FixturesTest {
  /** Every so many of them are the sample. */
  private static final int SAMPLE = 10;

  private static final boolean ALL = System.getProperty("keraunos.onnx", "").equals("all");

  private static final Path HUB =
      RecordedCases.folder().resolve("../../integrations/hub/src/test/cases");

  /** What ONNX, or ONNX Runtime, cannot compute, by a pattern of paths. */
  private static final Map<String, PathMatcher> GAPS = gaps();

  private static Map<String, PathMatcher> gaps() {
    try (InputStream list = FixturesTest.class.getResourceAsStream("gaps.txt")) {
      Map<String, PathMatcher> gaps = new TreeMap<>();
      new String(list.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.substring(0, line.indexOf(':')))
          .forEach(glob -> gaps.put(glob, FileSystems.getDefault().getPathMatcher("glob:" + glob)));
      return gaps;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isGap(Path folder, Fixture.Pair pair) {
    Path relative = folder.relativize(pair.model());
    return GAPS.values().stream().anyMatch(gap -> gap.matches(relative));
  }

  private static boolean isDrawn(Fixture.Pair pair) {
    return ALL || Math.floorMod(pair.model().getFileName().toString().hashCode(), SAMPLE) == 0;
  }

  @TestFactory
  Stream<DynamicTest> computesWhatKerasComputes() {
    return Stream.of(RecordedCases.folder(), HUB)
        .flatMap(
            folder ->
                Fixture.pairs(folder).stream()
                    .filter(pair -> isGap(folder, pair) || isDrawn(pair))
                    .map(
                        pair ->
                            DynamicTest.dynamicTest(
                                folder.relativize(pair.model()).toString(),
                                () -> check(pair, isGap(folder, pair)))));
  }

  private static void check(Fixture.Pair pair, boolean gap) {
    if (gap) {
      assertFalse(failures(pair, "onnx").isEmpty(), "passes without help: strike it from the list");
      assertEquals("", failures(pair, "ort"));
    } else {
      assertEquals("", failures(pair, "onnx"));
    }
  }

  @Test
  void fewAreGapsAndNoLineIsIdle() {
    Path folder = RecordedCases.folder();
    List<Fixture.Pair> all = Fixture.pairs(folder);
    long gaps = all.stream().filter(pair -> isGap(folder, pair)).count();
    assertTrue(gaps * 50 <= all.size(), gaps + " gaps of " + all.size());
    List<String> idle = new ArrayList<>(GAPS.keySet());
    idle.removeIf(
        glob ->
            all.stream().anyMatch(pair -> GAPS.get(glob).matches(folder.relativize(pair.model()))));
    assertEquals(List.of(), idle);
  }

  /** What differs from the recorded values, nothing if all is well. */
  static String failures(Fixture.Pair pair, String engine) {
    Fixture fixture = Fixture.read(pair.fixture());
    LossRegistry.Builder losses = LossRegistry.builder();
    new WeightedBceDice().register(losses);
    Loader loader =
        fixture
            .follow(KerasModel.loader().losses(losses.build()))
            .engine(engine)
            .registry(Verification.lambdas(fixture));
    try (KerasModel model = pair.load(loader)) {
      return Verification.run(model, fixture).stream()
          .filter(check -> !check.ok())
          .map(check -> check.name() + ": " + check.message())
          .collect(Collectors.joining("\n"));
    } catch (RuntimeException e) {
      return e.toString();
    }
  }
}
