package dev.keraunos.cli;

import dev.keraunos.KerasModel;
import dev.keraunos.cli.internal.Progress;
import dev.keraunos.cli.internal.StepTable;
import dev.keraunos.engine.StepTime;
import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "bench",
    description = "Times one prediction after warm-up.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  keraunos bench model.h5 --batch 16 --runs 50"})
final class BenchCommand implements Callable<Integer> {
  private static final long WARM_UP_NANOS = 2_000_000_000L;
  private static final int FEWEST_WARM_UPS = 5;

  /** The JSON report; times in milliseconds, those of steps in seconds. */
  record Report(
      double medianMs,
      double p90Ms,
      double minMs,
      int batch,
      String engine,
      double samplesPerSecond,
      List<StepTime> steps) {}

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;
  @Mixin private JsonOption json;
  @Mixin private ProgressOption progress;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
  private Path model;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Samples per prediction (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "50",
      description = "Predictions timed (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "64",
      description = "Length of dimensions that the model leaves open (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--profile",
      description = {
        "What each step of the plan takes, the longest first: operation, shape, implementation,",
        "GFLOP/s and GB/s. Of a batch that the engine divides, one part of it on one thread."
      })
  private boolean profile;

  @Override
  public Integer call() {
    if (batch < 1 || runs < 1 || size < 1) {
      throw new InputException("--batch, --runs and --size must be at least 1");
    }
    json.declare(new Outputs(options.inputs(model)));
    PrintWriter out = spec.commandLine().getOut();
    try (KerasModel loaded = options.load(model, Optional.empty())) {
      Map<String, Tensor> inputs = inputs(loaded);
      long start = System.nanoTime();
      for (int i = 0; i < FEWEST_WARM_UPS || System.nanoTime() - start < WARM_UP_NANOS; i++) {
        predict(loaded, inputs);
      }
      Progress shown = progress.of("runs", runs, spec.commandLine().getErr());
      double[] millis = new double[runs];
      for (int i = 0; i < runs; i++) {
        shown.at(i);
        long before = System.nanoTime();
        predict(loaded, inputs);
        millis[i] = (System.nanoTime() - before) / 1e6;
      }
      shown.clear();
      List<StepTime> steps = profile ? loaded.profile(inputs, runs) : List.of();
      Report report = report(millis, loaded.engine().name(), steps);
      if (!json.takesOutput()) {
        out.printf(
            "batch %d on %s: median %.3f ms, p90 %.3f ms, min %.3f ms, %.1f samples per second%n",
            batch,
            report.engine(),
            report.medianMs(),
            report.p90Ms(),
            report.minMs(),
            report.samplesPerSecond());
        if (profile) {
          StepTable.print(steps, batch, out);
        }
      }
      json.write(report, out);
    }
    return 0;
  }

  private static void predict(KerasModel model, Map<String, Tensor> inputs) {
    model.predict(inputs).values().forEach(Tensor::close);
  }

  private Map<String, Tensor> inputs(KerasModel model) {
    Random random = new Random(1);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : model.inputNames()) {
      long[] dims = model.inputShape(name).toArray();
      dims[0] = batch;
      for (int i = 1; i < dims.length; i++) {
        dims[i] = dims[i] == Shape.UNKNOWN ? size : dims[i];
      }
      DType type = model.inputType(name);
      Tensor tensor = Tensor.zeros(type, dims);
      for (long i = 0; i < tensor.size() && type.isFloating(); i++) {
        tensor.setDouble(i, random.nextFloat());
      }
      inputs.put(name, tensor);
    }
    return inputs;
  }

  private Report report(double[] millis, String engine, List<StepTime> steps) {
    Arrays.sort(millis);
    double median = (millis[(runs - 1) / 2] + millis[runs / 2]) / 2;
    double p90 = millis[Math.min(runs - 1, (int) Math.ceil(runs * 0.9) - 1)];
    return new Report(median, p90, millis[0], batch, engine, batch * 1000 / median, steps);
  }
}
