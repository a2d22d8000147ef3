package dev.keraunos.cli;

import dev.keraunos.KerasModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "evaluate",
    description = "Computes what model.evaluate returns: the loss and the metrics, by name.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "DATA.npz holds inputs/NAME, targets/NAME and, where wanted, sample_weights/NAME",
      "(x, y and sample_weight where the model has one input and one output).",
      "",
      "Examples:",
      "  keraunos evaluate model.h5 test.npz --batch-size 16",
      "  keraunos evaluate model.keras test.npz --keras 2.2.4 --json -"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;
  @Mixin private JsonOption json;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "DATA.npz",
      description = "Inputs, targets and sample weights.")
  private Path data;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "Samples per batch (default: ${DEFAULT-VALUE}, as in Keras); it changes the result"
              + " wherever it does in Keras.")
  private int batchSize;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (KerasModel loaded = options.load(model, Optional.empty())) {
      Map<String, Double> result = loaded.evaluate(new DataFile(data).dataset(loaded), batchSize);
      if (!json.takesOutput()) {
        int width = result.keySet().stream().mapToInt(String::length).max().orElse(1);
        result.forEach((name, value) -> out.printf("%-" + width + "s  %s%n", name, value));
      }
      json.write(result, out);
    }
    return 0;
  }
}
