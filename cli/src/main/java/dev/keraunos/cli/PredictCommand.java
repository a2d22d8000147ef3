package dev.keraunos.cli;

import dev.keraunos.KerasModel;
import dev.keraunos.Labels;
import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "predict",
    description = "Predicts, and writes the outputs as .npz or JSON or names the best classes.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "OUT.npz holds outputs/NAME and, of each --layer, activations/PATH: the members of a"
          + " fixture.",
      "",
      "Examples:",
      "  keraunos predict model.keras images.npy -o predictions.npz",
      "  keraunos predict model.h5 data.npz -o out.npz --layer conv2d_3 --layer dense",
      "  keraunos predict model.keras images.npy --labels labels.txt",
      "  keraunos predict model.keras images.npy --json -"
    })
final class PredictCommand implements Callable<Integer> {
  private static final String SUFFIX = ".npz";
  private static final int BEST = 5;

  /** The JSON report; the best classes of each sample or step where there are labels. */
  record Report(List<Member> members, List<List<Labels.Ranked>> best) {}

  /** An output or a layer, with its values in nested arrays. */
  record Member(String name, String dtype, Shape shape, Object values) {
    static Member of(String name, Tensor tensor) {
      return new Member(
          name,
          tensor.dtype().toString().toLowerCase(Locale.ROOT),
          tensor.shape(),
          tensor.toArray());
    }
  }

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;
  @Mixin private JsonOption json;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "IN",
      description = "A .npy array, or a .npz archive with an array for each input.")
  private Path input;

  @Option(names = "-o", paramLabel = "OUT.npz", description = "Where the outputs go.")
  private Path output;

  @Option(
      names = "--layer",
      paramLabel = "PATH",
      description =
          "Also writes what a layer computes, by the path that inspect shows. Repeatable.")
  private List<String> layers = List.of();

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "Names the five best classes of each sample of a model with one output. A text file of a"
              + " label a line, or the class index of Keras in JSON.")
  private Path labels;

  @Override
  public Integer call() {
    declareOutputs();
    Optional<Labels> names = Optional.ofNullable(labels).map(Labels::read);
    PrintWriter out = spec.commandLine().getOut();
    try (KerasModel loaded = options.load(model, Optional.empty())) {
      List<String> wanted = new ArrayList<>(loaded.outputNames());
      if (names.isPresent() && wanted.size() != 1) {
        throw new InputException(
            "--labels: the model has the outputs " + wanted + "; allowed: a model with one");
      }
      wanted.addAll(layers);
      Map<String, Tensor> predictions = loaded.predict(new DataFile(input).inputs(loaded), wanted);
      Map<String, Tensor> members = new LinkedHashMap<>();
      loaded.outputNames().forEach(name -> members.put("outputs/" + name, predictions.get(name)));
      layers.forEach(path -> members.put("activations/" + path, predictions.get(path)));
      List<List<Labels.Ranked>> best =
          names.map(l -> l.top(predictions.get(wanted.get(0)), BEST)).orElse(List.of());
      if (output != null) {
        Npz.write(output, members);
      }
      if (!json.takesOutput()) {
        print(members, best, out);
      }
      if (json.isWanted()) {
        json.write(report(members, best), out);
      }
    }
    return 0;
  }

  private void declareOutputs() {
    List<Path> inputs = options.inputs(model);
    inputs.add(input);
    Outputs outputs = new Outputs(inputs);
    json.declare(outputs);
    if (output != null) {
      outputs.write("-o", output);
      if (!output.toString().endsWith(SUFFIX)) {
        throw new InputException("-o: '" + output + "' is no name of a .npz; allowed: OUT.npz");
      }
    } else if (!json.isWanted() && labels == null) {
      throw new InputException("nothing is asked for; allowed: -o OUT.npz, --json, --labels");
    }
  }

  private static Report report(Map<String, Tensor> members, List<List<Labels.Ranked>> best) {
    return new Report(
        members.entrySet().stream().map(e -> Member.of(e.getKey(), e.getValue())).toList(), best);
  }

  private static void print(
      Map<String, Tensor> members, List<List<Labels.Ranked>> best, PrintWriter out) {
    members.forEach(
        (name, tensor) -> out.println(name + "  " + tensor.dtype() + " " + tensor.shape()));
    for (int i = 0; i < best.size(); i++) {
      StringJoiner classes = new StringJoiner(", ");
      best.get(i)
          .forEach(c -> classes.add(String.format(Locale.ROOT, "%s %.4g", c.label(), c.score())));
      out.println(i + "  " + classes);
    }
  }
}
