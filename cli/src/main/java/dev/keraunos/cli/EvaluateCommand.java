package dev.keraunos.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "evaluate",
    description = "Computes what model.evaluate returns: the loss and the metrics, by name.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  keraunos evaluate model.h5 test.npz --batch-size 16",
      "  keraunos evaluate model.keras test.npz --keras 2.2.4 --json -"
    })
final class EvaluateCommand implements Callable<Integer> {
  /** The JSON report: what evaluate returns, by name. */
  record Report(Map<String, Double> metrics) {}

  @Spec private CommandSpec spec;
  @Mixin private EvaluationOptions subject;
  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    json.declare(new Outputs(subject.inputs()));
    PrintWriter out = spec.commandLine().getOut();
    try (EvaluationOptions.Subject opened = subject.open(spec.commandLine().getErr())) {
      Map<String, Double> result = opened.model().evaluate(opened.parts(), opened.batchSize());
      subject.requireLosses();
      if (!json.takesOutput()) {
        int width = result.keySet().stream().mapToInt(String::length).max().orElse(1);
        result.forEach((name, value) -> out.printf("%-" + width + "s  %s%n", name, value));
      }
      json.write(new Report(result), out);
    }
    return 0;
  }
}
