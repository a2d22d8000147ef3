package dev.keraunos.cli;

import dev.keraunos.KerasModel;
import dev.keraunos.Loader;
import dev.keraunos.cli.internal.Progress;
import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.fixtures.Check;
import dev.keraunos.fixtures.FailureText;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.fixtures.WeightsCheck;
import dev.keraunos.importer.internal.summary.TextTable;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
  @Mixin private ProgressOption progress;

  @Parameters(
      index = "0",
      paramLabel = "MODEL|DIR",
      description = "A model's file, or a folder of models.")
  private Path model;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FIXTURE",
      description = "What was recorded (default: the .npz of the same name beside MODEL).")
  private Path fixture;

  @Override
  public Integer call() {
    PrintWriter out =
        json.takesOutput() ? spec.commandLine().getErr() : spec.commandLine().getOut();
    options.loader(Optional.empty()); // what is wrong with an option is wrong for every model
    List<Fixture.Pair> pairs = pairs();
    json.declare(new Outputs(inputs(pairs)));
    List<Case> cases = new ArrayList<>();
    Progress shown = progress.of("models", pairs.size(), spec.commandLine().getErr());
    for (Fixture.Pair pair : pairs) {
      shown.at(cases.size());
      List<String> warnings = new ArrayList<>();
      Case result = verify(pair, warnings);
      cases.add(result);
      shown.clear();
      warnings.forEach(
          warning ->
              spec.commandLine().getErr().println("warning: " + pair.model() + ": " + warning));
      print(result, pairs.size() == 1, out);
    }
    options.requireLambdas(
        () ->
            pairs.stream()
                .flatMap(pair -> options.lambdaLayers(pair.model()).stream())
                .collect(Collectors.toSet()));
    int passed = (int) cases.stream().filter(Case::ok).count();
    if (pairs.size() > 1) {
      out.println(passed + " passed, " + (cases.size() - passed) + " failed");
    }
    json.write(new Report(passed, cases.size() - passed, cases), spec.commandLine().getOut());
    return passed == cases.size() ? 0 : 1;
  }

  private List<Path> inputs(List<Fixture.Pair> pairs) {
    Set<Path> inputs = new LinkedHashSet<>();
    for (Fixture.Pair pair : pairs) {
      inputs.addAll(options.inputs(pair.model()));
      pair.weights().ifPresent(inputs::add);
      inputs.add(pair.fixture());
    }
    return List.copyOf(inputs);
  }

  private List<Fixture.Pair> pairs() {
    if (fixture != null) {
      requireFile(model);
      requireFile(fixture);
      return List.of(new Fixture.Pair(model, options.weights(), fixture));
    }
    requireFile(model);
    if (options.weights().isPresent()) {
      throw new InputException("--weights is for one model; give its fixture behind it, too");
    }
    List<Fixture.Pair> pairs = Fixture.pairs(model);
    if (pairs.isEmpty()) {
      throw new InputException(
          Files.isDirectory(model)
              ? "'" + model + "' holds no model with a .npz of the same name beside it"
              : "'"
                  + model
                  + "' has no .npz of the same name beside it; give its fixture behind it");
    }
    return pairs;
  }

  private static void requireFile(Path file) {
    if (!Files.exists(file)) {
      throw new InputException("there is no file '" + file + "'");
    }
  }

  private Case verify(Fixture.Pair pair, List<String> warnings) {
    long start = System.nanoTime();
    List<Check> checks = checks(pair, warnings);
    return new Case(
        pair.model().toString(),
        pair.fixture().toString(),
        checks.stream().allMatch(Check::ok),
        (System.nanoTime() - start) / 1e9,
        checks);
  }

  /** Whatever goes wrong with one model fails that one, and the others are still compared. */
  private List<Check> checks(Fixture.Pair pair, List<String> warnings) {
    Fixture recorded;
    try {
      recorded = Fixture.read(pair.fixture());
    } catch (InputException e) {
      if (pair.fixture() == fixture) {
        throw e;
      }
      return List.of(Check.failed("fixture", e.getMessage()));
    }
    List<Check> checks = new ArrayList<>();
    WeightsCheck.of(pair, recorded).ifPresent(checks::add);
    Loader loader = options.loader(Optional.of(recorded)).warnings(warnings::add);
    try (KerasModel loaded = pair.load(loader)) {
      checks.addAll(Verification.run(loaded, recorded));
      return checks;
    } catch (KeraunosException | UncheckedIOException e) {
      return List.of(Check.failed("load", e.getMessage()));
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError | LinkageError e) {
      return List.of(Check.failed("run", unforeseen(e)));
    }
  }

  private static String unforeseen(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    return "stopped by "
        + e
        + (trace.length == 0 ? "" : " at " + trace[0])
        + "; a model that needs less memory or a mended custom class helps, else this is a defect"
        + " of Keraunos";
  }

  private static void print(Case result, boolean all, PrintWriter out) {
    boolean speaks = result.checks().stream().anyMatch(check -> !check.message().isEmpty());
    if (!all && result.ok() && !speaks) {
      return;
    }
    out.println((result.ok() ? "ok    " : "FAIL  ") + result.model());
    for (Check check : result.checks()) {
      if (all || !check.ok() || !check.message().isEmpty()) {
        out.println(line(check));
        if (!check.message().isEmpty()) {
          out.print(TextTable.message("        ", "        ", check.message()));
        }
      }
    }
    if (!result.ok()) {
      FailureText failure = new FailureText(result.model(), result.checks());
      failure
          .firstLayer()
          .ifPresent(layer -> out.println("  the first layer that differs: " + layer));
      out.print(TextTable.message("  likely cause: ", "    ", failure.cause()));
      out.print(TextTable.message("  ", "  ", failure.advice()));
    }
  }

  static String line(Check check) {
    String verdict = check.ok() ? "ok" : "FAIL";
    return Double.isNaN(check.maxAbs())
        ? String.format("  %-5s %s", verdict, check.name())
        : String.format(
            Locale.ROOT,
            "  %-5s %-40s max abs %.3g, max rel %.3g",
            verdict,
            check.name(),
            check.maxAbs(),
            check.maxRel());
  }
}
