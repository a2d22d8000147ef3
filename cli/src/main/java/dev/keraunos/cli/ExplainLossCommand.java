package dev.keraunos.cli;

import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.loss.evaluate.Explanation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "explain-loss",
    description =
        "Says how the loss comes about: which output, stage, class and regulariser adds what.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "DATA.npz is as for evaluate; a recorded fixture brings its batch size and Lambda functions"
          + " along.",
      "",
      "Examples:",
      "  keraunos explain-loss unet.h5 unet.npz",
      "  keraunos explain-loss model.h5 test.npz --batch-size 16 --html report.html"
    })
final class ExplainLossCommand implements Callable<Integer> {
  private static final int KERAS_DEFAULT_BATCH = 32;

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
      description = "Samples per batch (default: the fixture's, else 32).")
  private Integer batchSize;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also writes a report with bars and heat maps.")
  private Path html;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Optional<Fixture> fixture = Fixture.readIfOne(data);
    int batch =
        batchSize != null ? batchSize : fixture.map(Fixture::batchSize).orElse(KERAS_DEFAULT_BATCH);
    try (KerasModel loaded = options.load(model, fixture)) {
      Explanation explanation = loaded.explainLoss(new DataFile(data).dataset(loaded), batch);
      if (!json.takesOutput()) {
        new ExplanationText(out).print(explanation);
      }
      json.write(explanation, out);
      if (html != null) {
        write(new HtmlReport(explanation, model.toString()).render());
      }
    }
    return 0;
  }

  private void write(String page) {
    try {
      Files.writeString(html, page);
    } catch (IOException e) {
      throw new InputException("--html: '" + html + "' cannot be written: " + e.getMessage());
    }
  }
}
