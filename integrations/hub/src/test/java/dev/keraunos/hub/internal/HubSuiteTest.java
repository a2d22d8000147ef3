package dev.keraunos.hub.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.keraunos.KerasModel;
import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.hub.internal.models.HubModels;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Models of KerasHub give what it computed, on every engine. */
class HubSuiteTest {
  private static final Path CASES = Path.of("src/test/cases");

  @TestFactory
  Stream<DynamicContainer> cases() {
    return engines().stream()
        .map(
            engine ->
                DynamicContainer.dynamicContainer(
                    engine.name(),
                    Fixture.pairs(CASES).stream()
                        .map(
                            pair ->
                                DynamicTest.dynamicTest(
                                    pair.toString(), () -> verify(pair, engine)))));
  }

  private static List<Engine> engines() {
    return Engines.all().stream().filter(engine -> engine.unavailable().isEmpty()).toList();
  }

  private static void verify(Fixture.Pair pair, Engine engine) {
    Fixture fixture = Fixture.read(pair.fixture());
    try (KerasModel model = pair.load(fixture.follow(KerasModel.loader()).engine(engine.name()))) {
      String failures =
          Verification.run(model, fixture).stream()
              .filter(check -> !check.ok())
              .map(check -> check.name() + ": " + check.message())
              .collect(Collectors.joining("\n"));
      if (!failures.isEmpty()) {
        fail(failures);
      }
    }
  }

  /** Of classes that are one by two names, one is recorded. */
  @Test
  void everyModelIsRecorded() {
    Set<String> recorded = new TreeSet<>();
    for (Fixture.Pair pair : Fixture.pairs(CASES)) {
      Fixture.read(pair.fixture())
          .meta()
          .path("covers")
          .forEach(name -> recorded.add(name.asText()));
    }
    Set<String> left = new TreeSet<>(HubModels.names());
    left.removeAll(recorded);
    left.removeIf(
        name -> name.endsWith("Classifier") && !name.contains("Image") && !name.contains("Text"));
    left.removeAll(Set.of("ESM2Backbone", "ESM2MaskedPLM", "SmolLMBackbone", "SmolLMCausalLM"));
    assertTrue(left.isEmpty(), "no recording of " + left);
  }
}
