package dev.keraunos.cli;

import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.fixtures.Check;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description = "Compares what a model computes to what real Keras recorded.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A folder stands for every model below it that has a .npz of the same name beside it.",
      "Exit code 1 means that something differs.",
      "",
      "Examples:",
      "  keraunos verify model.h5 model.npz",
      "  keraunos verify models/ --json report.json"
    })
final class VerifyCommand implements Callable<Integer> {
  /** The JSON report. */
  record Report(int passed, int failed, List<Case> cases) {}

  /** One model with its fixture. */
  record Case(String model, String fixture, boolean ok, double seconds, List<Check> checks) {}

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;
  @Mixin private JsonOption json;

  @Parameters(
      index = "0",
      paramLabel = "MODEL|DIR",
      description = "A model's file, or a folder of models.")
  private Path model;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FIXTURE",
      description = "What was recorded.")
  private Path fixture;

  @Override
  public Integer call() {
    PrintWriter out =
        json.takesOutput() ? spec.commandLine().getErr() : spec.commandLine().getOut();
    List<Fixture.Pair> pairs = pairs();
    List<Case> cases = new ArrayList<>();
    for (Fixture.Pair pair : pairs) {
      Case result = verify(pair);
      cases.add(result);
      print(result, pairs.size() == 1, out);
    }
    int passed = (int) cases.stream().filter(Case::ok).count();
    if (pairs.size() > 1) {
      out.println(passed + " passed, " + (cases.size() - passed) + " failed");
    }
    json.write(new Report(passed, cases.size() - passed, cases), spec.commandLine().getOut());
    return passed == cases.size() ? 0 : 1;
  }

  private List<Fixture.Pair> pairs() {
    if (fixture != null) {
      return List.of(new Fixture.Pair(model, options.weights(), fixture));
    }
    if (!Files.isDirectory(model)) {
      throw new InputException(
          "'" + model + "' is no folder; give a fixture too, or a folder of models and fixtures");
    }
    List<Fixture.Pair> pairs = Fixture.pairs(model);
    if (pairs.isEmpty()) {
      throw new InputException(
          "'" + model + "' holds no model with a .npz of the same name beside it");
    }
    return pairs;
  }

  private Case verify(Fixture.Pair pair) {
    long start = System.nanoTime();
    List<Check> checks;
    try {
      Fixture recorded = Fixture.read(pair.fixture());
      try (KerasModel loaded = pair.load(options.loader(Optional.of(recorded)))) {
        checks = Verification.run(loaded, recorded);
      }
    } catch (KeraunosException e) {
      checks = List.of(Check.failed("load", e.getMessage()));
    }
    return new Case(
        pair.model().toString(),
        pair.fixture().toString(),
        checks.stream().allMatch(Check::ok),
        (System.nanoTime() - start) / 1e9,
        checks);
  }

  private static void print(Case result, boolean all, PrintWriter out) {
    if (all || !result.ok()) {
      out.println((result.ok() ? "ok    " : "FAIL  ") + result.model());
      for (Check check : result.checks()) {
        if (all || !check.ok()) {
          out.printf(
              "  %-5s %-40s max abs %.3g, max rel %.3g%n",
              check.ok() ? "ok" : "FAIL", check.name(), check.maxAbs(), check.maxRel());
          if (!check.ok()) {
            out.println("        " + check.message());
          }
        }
      }
      result.checks().stream()
          .filter(check -> !check.ok() && check.name().startsWith("activations/"))
          .findFirst()
          .ifPresent(
              first ->
                  out.println(
                      "  the first layer that differs: "
                          + first.name().substring("activations/".length())));
    }
  }
}
