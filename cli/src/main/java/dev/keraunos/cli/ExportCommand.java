package dev.keraunos.cli;

import dev.keraunos.KerasModel;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.fixtures.Check;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.onnx.OnnxExport;
import dev.keraunos.onnx.internal.OnnxRunner;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
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
    name = "export",
    description = "Writes a model as ONNX, with its inputs, outputs and numbers.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Weights of more than a GiB go into OUT.onnx.data. Exit code 1 means that --check found a"
          + " difference.",
      "",
      "Examples:",
      "  keraunos export model.keras model.onnx",
      "  keraunos export model.h5 model.onnx --layer conv2d_3 --check model.npz"
    })
final class ExportCommand implements Callable<Integer> {
  /** The JSON report. */
  record Report(
      String file,
      String format,
      int opset,
      Map<String, String> provenance,
      List<Port> inputs,
      List<Port> outputs,
      Optional<String> checkedBy,
      List<Check> checks) {}

  /** An input or output of the file; an unknown length is −1. */
  record Port(String name, String dtype, List<Long> shape) {}

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;
  @Mixin private JsonOption json;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
  private Path model;

  @Parameters(index = "1", paramLabel = "OUT.onnx", description = "Where the ONNX model goes.")
  private Path output;

  @Option(
      names = "--layer",
      paramLabel = "PATH",
      description =
          "Also gives what a layer computes, by the path that inspect shows, as an output."
              + " Repeatable.")
  private List<String> layers = List.of();

  @Option(
      names = "--check",
      paramLabel = "FIXTURE",
      description = "Runs the file in ONNX Runtime and compares it to what Keras recorded.")
  private Path fixture;

  @Override
  public Integer call() {
    List<Path> inputs = options.inputs(model);
    Optional.ofNullable(fixture).ifPresent(inputs::add);
    Outputs outputs = new Outputs(inputs).write("OUT.onnx", output);
    json.declare(
        outputs.write("OUT.onnx.data", output.resolveSibling(output.getFileName() + ".data")));
    Optional<OnnxRunner> runner = fixture == null ? Optional.empty() : Optional.of(runner());
    Optional<Fixture> recorded = Optional.ofNullable(fixture).map(Fixture::read);
    try (KerasModel loaded = options.load(model, recorded)) {
      OnnxExport.of(loaded).layers(layers.toArray(String[]::new)).write(output);
      List<Check> checks =
          recorded.map(expected -> check(loaded, expected, runner.orElseThrow())).orElse(List.of());
      Report report = report(loaded, runner.map(OnnxRunner::description), checks);
      print(report, json.takesOutput() ? spec.commandLine().getErr() : spec.commandLine().getOut());
      json.write(report, spec.commandLine().getOut());
      return checks.stream().allMatch(Check::ok) ? 0 : 1;
    }
  }

  private static OnnxRunner runner() {
    return OnnxRunner.find()
        .orElseThrow(
            () ->
                new KeraunosException(
                    "--check: ONNX Runtime is not on the class path; the script keraunos of a"
                        + " checkout brings it, elsewhere add dev.keraunos:keraunos-ort"));
  }

  private List<Check> check(KerasModel loaded, Fixture recorded, OnnxRunner runner) {
    return Verification.run(
        loaded,
        recorded,
        (inputs, wanted) -> {
          Map<String, Tensor> fitted = new LinkedHashMap<>();
          inputs.forEach((name, tensor) -> fitted.put(name, fitted(loaded, name, tensor)));
          return runner.run(output, fitted);
        });
  }

  /** In the type and shape of the model's input: a last axis of length 1 may be left out. */
  private static Tensor fitted(KerasModel model, String name, Tensor given) {
    Shape wanted = model.inputShape(name);
    Shape shape = given.shape();
    boolean column = shape.rank() == wanted.rank() - 1 && wanted.dim(-1) == 1;
    Tensor shaped = column ? given.reshape(shape.insert(shape.rank(), 1)) : given;
    return shaped.dtype() == model.inputType(name) ? shaped : shaped.cast(model.inputType(name));
  }

  private Report report(KerasModel loaded, Optional<String> checkedBy, List<Check> checks) {
    List<Port> inputs = new ArrayList<>();
    for (String name : loaded.inputNames()) {
      inputs.add(port(name, loaded.inputType(name).toString(), loaded.inputShape(name)));
    }
    List<String> wanted = new ArrayList<>(loaded.outputNames());
    layers.stream().filter(layer -> !wanted.contains(layer)).forEach(wanted::add);
    List<Port> outputs = new ArrayList<>();
    loaded
        .graph(wanted)
        .outputs()
        .forEach((name, value) -> outputs.add(port(name, value.dtype().toString(), value.shape())));
    return new Report(
        output.toString(),
        "ONNX",
        OnnxExport.OPSET,
        loaded.provenance(),
        inputs,
        outputs,
        checkedBy,
        checks);
  }

  private static Port port(String name, String dtype, Shape shape) {
    List<Long> dims = new ArrayList<>();
    for (long dim : shape.toArray()) {
      dims.add(dim);
    }
    return new Port(name, dtype, dims);
  }

  private static void print(Report report, PrintWriter out) {
    out.println(report.file + ": ONNX, opset " + report.opset);
    report.inputs.forEach(port -> out.println("  in   " + line(port)));
    report.outputs.forEach(port -> out.println("  out  " + line(port)));
    report.checkedBy.ifPresent(by -> out.println("checked by " + by));
    for (Check check : report.checks) {
      out.println(VerifyCommand.line(check));
      if (!check.message().isEmpty()) {
        out.println("        " + check.message());
      }
    }
  }

  private static String line(Port port) {
    List<String> dims =
        port.shape.stream().map(dim -> dim == Shape.UNKNOWN ? "?" : dim.toString()).toList();
    return port.name + "  " + port.dtype + " (" + String.join(", ", dims) + ")";
  }
}
