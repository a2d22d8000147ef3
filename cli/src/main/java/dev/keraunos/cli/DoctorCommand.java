package dev.keraunos.cli;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description = "Shows which engines work here, with what, and what to do about the others.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  keraunos doctor", "  keraunos doctor --json -"})
final class DoctorCommand implements Callable<Integer> {
  /** The JSON report; absent engines with the artifacts that bring them. */
  record Report(
      String java,
      String system,
      int processors,
      long maxHeapBytes,
      List<EngineReport> engines,
      Map<String, String> absent) {}

  /** One engine; the problem is empty if it works. */
  record EngineReport(
      String name, boolean available, boolean preferred, String description, String problem) {}

  @Spec private CommandSpec spec;
  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Report report = report();
    if (!json.takesOutput()) {
      out.println("java        " + report.java());
      out.println("system      " + report.system());
      out.println("processors  " + report.processors());
      out.println("heap        " + (report.maxHeapBytes() >> 20) + " MiB at most");
      for (EngineReport engine : report.engines()) {
        out.printf(
            "%-11s %s%s%n",
            engine.name(),
            engine.available() ? engine.description() : "does not work here: " + engine.problem(),
            engine.preferred() ? " (used by default)" : "");
      }
      report
          .absent()
          .forEach(
              (name, artifacts) ->
                  out.printf(
                      "%-11s is not on the class path; the script keraunos brings it for --engine"
                          + " %s, elsewhere add %s%n",
                      name, name, artifacts));
    }
    json.write(report, out);
    return 0;
  }

  private static Report report() {
    String preferred = Engines.preferred().name();
    List<EngineReport> engines = new ArrayList<>();
    for (Engine engine : Engines.all()) {
      String problem = engine.unavailable().orElse("");
      engines.add(
          new EngineReport(
              engine.name(),
              problem.isEmpty(),
              engine.name().equals(preferred),
              problem.isEmpty() ? engine.description() : "",
              problem));
    }
    Runtime runtime = Runtime.getRuntime();
    return new Report(
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        runtime.availableProcessors(),
        runtime.maxMemory(),
        engines,
        Engines.absent());
  }
}
