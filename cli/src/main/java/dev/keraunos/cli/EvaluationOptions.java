package dev.keraunos.cli;

import dev.keraunos.Dataset;
import dev.keraunos.KerasModel;
import dev.keraunos.Labels;
import dev.keraunos.Loader;
import dev.keraunos.fixtures.ClassWeightFile;
import dev.keraunos.fixtures.Fixture;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is evaluated: a model, on which data, in batches of which size. */
final class EvaluationOptions {
  /**
   * A loaded model with its data; closing it closes both. To iterate over it opens the data once
   * more.
   */
  record Subject(
      KerasModel model,
      List<DataFile.Parts> files,
      Iterator<Dataset> parts,
      Supplier<Iterator<Dataset>> again,
      int batchSize)
      implements AutoCloseable {
    /** The data, first as it is open already, then from its start each time. */
    Iterable<Dataset> replayed() {
      Iterator<Iterator<Dataset>> opened = List.of(parts).iterator();
      return () -> opened.hasNext() ? opened.next() : again.get();
    }

    @Override
    public void close() {
      files.forEach(DataFile.Parts::close);
      model.close();
    }
  }

  private static final int KERAS_DEFAULT_BATCH = 32;

  @Mixin private ModelOptions options;
  @Mixin private ProgressOption progress;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "DATA.npz",
      description =
          "Inputs, targets and sample weights: inputs/NAME, targets/NAME, sample_weights/NAME, or"
              + " x, y, sample_weight where the model has one input and one output. A recorded"
              + " fixture brings its batch size and Lambda functions along.")
  private Path data;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description =
          "Samples per batch (default: the fixture's, else 32 as in Keras); it changes the result"
              + " wherever it does in Keras.")
  private Integer batchSize;

  @Option(
      names = "--class-weight",
      paramLabel = "FILE.json",
      description =
          "Class weights as fit takes them: {\"0\": 1, \"1\": 1000}, or such an object by output"
              + " name. No Keras takes them in evaluate, so its loss is not the one that fit"
              + " reports with class_weight; with this option it is, for such batches"
              + " (train_on_batch, before it changes the model).")
  private Path classWeight;

  @Option(
      names = "--strict",
      description =
          "Refuse to evaluate where Keras silently broadcasts, weighs otherwise than it seems,"
              + " averages batches unevenly, takes labels that are no class or measures something"
              + " else than the task (default: warn).")
  private boolean strict;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** The model's file as given. */
  Path file() {
    return model;
  }

  /** Checks, once the model was evaluated, that it wanted every {@code --loss}. */
  void requireLosses() {
    options.requireLosses(model);
  }

  /** All files that are read. */
  List<Path> inputs() {
    List<Path> inputs = options.inputs(model);
    inputs.add(data);
    if (classWeight != null) {
      inputs.add(classWeight);
    }
    return inputs;
  }

  /**
   * Loads the model and opens the data. The caller closes them.
   *
   * @param err where progress is shown
   */
  Subject open(PrintWriter err) {
    return open(err, Optional.empty());
  }

  /**
   * The same with names for the classes.
   *
   * @param labels empty for those that the data has
   */
  Subject open(PrintWriter err, Optional<Labels> labels) {
    Optional<Fixture> fixture = Fixture.settings(data);
    int batch =
        batchSize != null ? batchSize : fixture.map(Fixture::batchSize).orElse(KERAS_DEFAULT_BATCH);
    Loader loader = options.loader(fixture);
    if (strict) {
      loader.strict();
    }
    loader.warnings(warning -> spec.commandLine().getErr().println("warning: " + warning));
    KerasModel loaded = options.load(loader, model);
    try {
      DataFile.Parts parts = new DataFile(data).parts(loaded, batch);
      Iterator<Dataset> weighted = weighted(parts, loaded.outputNames(), labels);
      Iterator<Dataset> shown = progress.show(weighted, parts::handedOut, parts.samples(), err);
      List<DataFile.Parts> files = new ArrayList<>(List.of(parts));
      Supplier<Iterator<Dataset>> again =
          () -> {
            files.add(new DataFile(data).parts(loaded, batch));
            return weighted(files.get(files.size() - 1), loaded.outputNames(), labels);
          };
      return new Subject(loaded, files, shown, again, batch);
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private Iterator<Dataset> weighted(
      Iterator<Dataset> parts, List<String> outputs, Optional<Labels> labels) {
    var weights = Optional.ofNullable(classWeight).map(file -> ClassWeightFile.read(file, outputs));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return parts.hasNext();
      }

      @Override
      public Dataset next() {
        Dataset part = parts.next();
        Dataset named = labels.map(part::withClassNames).orElse(part);
        return weights.map(named::withClassWeights).orElse(named);
      }
    };
  }
}
