package dev.keraunos.cli;

import dev.keraunos.Labels;
import dev.keraunos.error.InputException;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.report.ExplanationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "explain-loss",
    description =
        "Says how the loss comes about: which output, stage, class and regulariser adds what.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  keraunos explain-loss unet.h5 unet.npz",
      "  keraunos explain-loss model.h5 test.npz --batch-size 16 --html report.html",
      "  keraunos explain-loss model.h5 test.npz --markdown >> $GITHUB_STEP_SUMMARY"
    })
final class ExplainLossCommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";

  @Spec private CommandSpec spec;
  @Mixin private EvaluationOptions subject;
  @Mixin private JsonOption json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also writes a report with bars and heat maps.")
  private Path html;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      arity = "0..1",
      fallbackValue = STANDARD_OUTPUT,
      description =
          "Writes the findings and the tables as GitHub Markdown, for a pull request; without FILE,"
              + " as the last word of the line, or with '-', to standard output, which then shows"
              + " nothing else.")
  private String markdown;

  @Option(
      names = "--what-if",
      description =
          "Says what other predictions would make of a loss that couples the samples of a batch,"
              + " too; this computes it twice more for every class.")
  private boolean whatIf;

  @Option(
      names = "--training",
      description =
          "Explains the loss that training computes of each batch before it changes the model, but"
              + " for dropout and noise: BatchNormalization takes the statistics of the batch.")
  private boolean training;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "Names of the classes, one on each line, class 0 first, or as JSON (default: the array"
              + " class_names of DATA.npz).")
  private Path labels;

  @Option(names = "--all", description = "Shows every finding, not the first three alone.")
  private boolean all;

  @Override
  public Integer call() {
    List<Path> inputs = subject.inputs();
    Optional.ofNullable(labels).ifPresent(inputs::add);
    Outputs outputs = new Outputs(inputs);
    json.declare(outputs);
    if (html != null) {
      outputs.write("--html", html);
    }
    boolean printsMarkdown = STANDARD_OUTPUT.equals(markdown);
    if (printsMarkdown && json.takesOutput()) {
      throw new InputException("--json and --markdown are both for standard output; name a file");
    }
    if (markdown != null && !printsMarkdown) {
      outputs.write("--markdown", Path.of(markdown));
    }
    PrintWriter out = spec.commandLine().getOut();
    try (EvaluationOptions.Subject opened = opened()) {
      ExplanationReport report =
          new ExplanationReport(explanation(opened), shared(subject.file()).toString());
      subject.requireLosses();
      if (printsMarkdown) {
        out.print(report.markdown());
      } else if (!json.takesOutput()) {
        out.print(report.text(all));
      }
      json.writeText(report::json, out);
      if (html != null) {
        write("--html", html, report.html());
      }
      if (markdown != null && !printsMarkdown) {
        write("--markdown", Path.of(markdown), report.markdown());
      }
    }
    return 0;
  }

  /** A report is handed on, so it does not tell where folders lie on this machine. */
  private static Path shared(Path file) {
    return file.isAbsolute() ? file.getFileName() : file;
  }

  private EvaluationOptions.Subject opened() {
    return subject.open(spec.commandLine().getErr(), Optional.ofNullable(labels).map(Labels::read));
  }

  private Explanation explanation(EvaluationOptions.Subject opened) {
    List<Explanation.Detail> wanted = new ArrayList<>();
    if (whatIf) {
      wanted.add(Explanation.Detail.WHAT_IF);
    }
    if (html != null) {
      wanted.add(Explanation.Detail.PICTURES);
    }
    Explanation.Detail[] details = wanted.toArray(Explanation.Detail[]::new);
    return training
        ? opened.model().explainTrainingLoss(opened.parts(), opened.batchSize(), details)
        : opened.model().explainLoss(opened.replayed(), opened.batchSize(), details);
  }

  private static void write(String option, Path file, String page) {
    try {
      Files.writeString(file, page);
    } catch (IOException e) {
      throw new InputException(option + ": '" + file + "' cannot be written: " + e.getMessage());
    }
  }
}
