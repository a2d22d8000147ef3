package dev.keraunos.cli;

import dev.keraunos.Dataset;
import dev.keraunos.KerasModel;
import dev.keraunos.fixtures.Fixture;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is evaluated: a model, on which data, in batches of which size. */
final class EvaluationOptions {
  /** A loaded model with its data; closing it closes both. */
  record Subject(KerasModel model, DataFile.Parts file, Iterator<Dataset> parts, int batchSize)
      implements AutoCloseable {
    @Override
    public void close() {
      file.close();
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

  /** The model's file as given. */
  Path file() {
    return model;
  }

  /**
   * Loads the model and opens the data. The caller closes them.
   *
   * @param err where progress is shown
   */
  Subject open(PrintWriter err) {
    Optional<Fixture> fixture = Fixture.settings(data);
    int batch =
        batchSize != null ? batchSize : fixture.map(Fixture::batchSize).orElse(KERAS_DEFAULT_BATCH);
    KerasModel loaded = options.load(model, fixture);
    try {
      DataFile.Parts parts = new DataFile(data).parts(loaded, batch);
      Iterator<Dataset> shown = progress.show(parts, parts::handedOut, parts.samples(), err);
      return new Subject(loaded, parts, shown, batch);
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }
}
