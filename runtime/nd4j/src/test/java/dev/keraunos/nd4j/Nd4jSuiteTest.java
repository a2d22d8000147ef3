package dev.keraunos.nd4j;

import static org.junit.jupiter.api.Assertions.fail;

import dev.keraunos.KerasModel;
import dev.keraunos.Loader;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.nd4j.internal.Nd4jEngine;
import dev.keraunos.testing.RecordedCases;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Recorded models on ND4J, as imported and optimised: one in {@value #ONE_IN}, chosen by its name;
 * with {@code -Dkeraunos.nd4j.all} each.
 */
class Nd4jSuiteTest {
  private static final boolean ALL = System.getProperty("keraunos.nd4j.all") != null;

  /** Losses of the tests of fixtures: of their four models the predictions are checked. */
  private static final String UNREGISTERED = "is not registered";

  private static final int ONE_IN = 12;

  @TestFactory
  Stream<DynamicContainer> cases() {
    List<Fixture.Pair> pairs =
        Fixture.pairs(RecordedCases.folder()).stream()
            .filter(pair -> ALL || Math.floorMod(pair.toString().hashCode(), ONE_IN) == 0)
            .toList();
    return Stream.of(false, true)
        .map(
            optimize ->
                DynamicContainer.dynamicContainer(
                    optimize ? "optimised" : "raw",
                    pairs.stream()
                        .map(
                            pair ->
                                DynamicTest.dynamicTest(
                                    pair.toString(), () -> verify(pair, optimize)))));
  }

  private static void verify(Fixture.Pair pair, boolean optimize) {
    Fixture fixture = Fixture.read(pair.fixture());
    Loader loader =
        fixture
            .follow(KerasModel.loader())
            .engine(Nd4jEngine.NAME)
            .registry(Verification.lambdas(fixture))
            .optimize(optimize);
    try (KerasModel model = pair.load(loader)) {
      String failures =
          Verification.run(model, fixture).stream()
              .filter(check -> !check.ok() && !check.message().contains(UNREGISTERED))
              .map(check -> check.name() + ": " + check.message())
              .collect(Collectors.joining("\n"));
      if (!failures.isEmpty()) {
        fail(failures);
      }
    }
  }
}
