package dev.keraunos.cli;

import dev.keraunos.KerasModel;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    name = "predict",
    description = "Predicts and writes the outputs as .npz.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "OUT.npz holds outputs/NAME and, of each --layer, activations/PATH: the members of a"
          + " fixture.",
      "",
      "Examples:",
      "  keraunos predict model.keras images.npy -o predictions.npz",
      "  keraunos predict model.h5 data.npz -o out.npz --layer conv2d_3 --layer dense"
    })
final class PredictCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "IN",
      description = "A .npy array, or a .npz archive with an array for each input.")
  private Path input;

  @Option(
      names = "-o",
      required = true,
      paramLabel = "OUT.npz",
      description = "Where the outputs go.")
  private Path output;

  @Option(
      names = "--layer",
      paramLabel = "PATH",
      description =
          "Also writes what a layer computes, by the path that inspect shows. Repeatable.")
  private List<String> layers = List.of();

  @Override
  public Integer call() {
    List<Path> inputs = options.inputs(model);
    inputs.add(input);
    new Outputs(inputs).write("-o", output);
    PrintWriter out = spec.commandLine().getOut();
    try (KerasModel loaded = options.load(model, Optional.empty())) {
      List<String> wanted = new ArrayList<>(loaded.outputNames());
      wanted.addAll(layers);
      Map<String, Tensor> predictions = loaded.predict(new DataFile(input).inputs(loaded), wanted);
      Map<String, Tensor> members = new LinkedHashMap<>();
      loaded.outputNames().forEach(name -> members.put("outputs/" + name, predictions.get(name)));
      layers.forEach(path -> members.put("activations/" + path, predictions.get(path)));
      Npz.write(output, members);
      members.forEach(
          (name, tensor) -> out.println(name + "  " + tensor.dtype() + " " + tensor.shape()));
    }
    return 0;
  }
}
