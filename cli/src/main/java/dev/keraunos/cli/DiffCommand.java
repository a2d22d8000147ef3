package dev.keraunos.cli;

import dev.keraunos.Dataset;
import dev.keraunos.KerasModel;
import dev.keraunos.ModelDiff;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.diff.DiffJson;
import dev.keraunos.importer.internal.diff.DiffText;
import dev.keraunos.importer.internal.diff.FileDiff;
import dev.keraunos.importer.internal.summary.ModelContents;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.report.internal.Html;
import dev.keraunos.report.internal.Page;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "diff",
    description =
        "Shows how two models differ: layers, connections, settings, weights, what they were"
            + " compiled with; on data also predictions, metrics and the losses of classes.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Layers are matched by path, whatever format and Keras the files are of.",
      "Exit code 1 means that something differs.",
      "",
      "Examples:",
      "  keraunos diff old.keras new.keras",
      "  keraunos diff model.h5 model.keras --json -",
      "  keraunos diff old.keras new.keras --data test.npz --html diff.html"
    })
final class DiffCommand implements Callable<Integer> {
  private static final int KERAS_DEFAULT_BATCH = 32;

  /** What was found, in each form that may be asked for. */
  private record Found(boolean isEmpty, String text, String json) {}

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;
  @Mixin private JsonOption json;

  @Parameters(index = "0", paramLabel = "A", description = "The file of a model.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "The file of another.")
  private Path second;

  @Option(
      names = {"--data", "--fixture"},
      paramLabel = "DATA.npz",
      description =
          "Inputs, and targets if there are any, under the names of A, as evaluate takes them; a"
              + " recorded fixture brings its batch size and Lambda functions along.")
  private Path data;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Samples per batch (default: the fixture's, else 32 as in Keras).")
  private Integer batchSize;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Writes the differences as a page; it needs no other file.")
  private String html;

  @Override
  public Integer call() {
    Destination page = new Destination("--html", html);
    Outputs outputs = new Outputs(inputs());
    json.declare(outputs);
    page.declare(outputs);
    if (json.takesOutput() && page.takesOutput()) {
      throw new InputException("only one of --json and --html can be '-'");
    }
    Found found = data == null ? files() : onData();
    PrintWriter out = spec.commandLine().getOut();
    if (!json.takesOutput() && !page.takesOutput()) {
      out.print(found.text());
    }
    json.writeText(found::json, out);
    page.write(() -> page(found), out);
    return found.isEmpty() ? 0 : 1;
  }

  private List<Path> inputs() {
    List<Path> inputs = new ArrayList<>(options.inputs(first));
    inputs.add(second);
    if (data != null) {
      inputs.add(data);
    }
    return inputs;
  }

  /** What the files say, which needs no layer to be supported. */
  private Found files() {
    ModelRegistry registry = options.registry(Optional.empty());
    try (ModelArchive a = options.open(first);
        ModelArchive b = options.openWhole(second)) {
      FileDiff diff = FileDiff.of(ModelContents.of(a, registry), ModelContents.of(b, registry));
      return new Found(diff.isEmpty(), DiffText.of(diff), DiffJson.of(diff).toPrettyString());
    }
  }

  private Found onData() {
    Optional<Fixture> fixture = Fixture.settings(data);
    int batch =
        batchSize != null ? batchSize : fixture.map(Fixture::batchSize).orElse(KERAS_DEFAULT_BATCH);
    List<DataFile.Parts> opened = new ArrayList<>();
    try (KerasModel a = options.load(first, fixture);
        KerasModel b = options.loader(fixture).load(second)) {
      Iterable<Dataset> parts =
          () -> {
            opened.add(new DataFile(data).parts(a, batch));
            return opened.get(opened.size() - 1);
          };
      ModelDiff diff = ModelDiff.between(a, b, parts, batch);
      return new Found(diff.isEmpty(), diff.toString(), diff.json());
    } finally {
      opened.forEach(DataFile.Parts::close);
    }
  }

  private String page(Found found) {
    Html body = Html.of("<h1>%s</h1>", found.isEmpty() ? "Nothing differs" : "What differs");
    body.add("<pre class=\"wide\">");
    found.text().lines().forEach(line -> body.add("%s\n", line));
    return Page.of(first.getFileName() + " and " + second.getFileName(), body.add("</pre>"));
  }
}
