package dev.keraunos.cli;

import dev.keraunos.cli.internal.SummaryPage;
import dev.keraunos.error.InputException;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.summary.ModelSummary;
import dev.keraunos.importer.internal.summary.SummaryGraph;
import dev.keraunos.importer.internal.summary.SummaryJson;
import dev.keraunos.importer.internal.summary.SummaryText;
import dev.keraunos.importer.internal.summary.TextTable;
import java.io.PrintWriter;
import java.nio.file.Path;
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
    name = "inspect",
    description =
        "Shows what a model file holds: layers, connections, shapes, settings, parameters, the"
            + " Keras that wrote it, losses, every gap.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit code 1 means that parts of the model are not supported.",
      "",
      "Examples:",
      "  keraunos inspect model.keras",
      "  keraunos inspect model.keras --arrays --html model.html",
      "  keraunos inspect model.keras --dot - | dot -Tsvg > model.svg",
      "  keraunos inspect model.h5 --lambda lambda_1='x / 255' --json -"
    })
final class InspectCommand implements Callable<Integer> {
  private static final String FILE = "FILE";

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;
  @Mixin private JsonOption json;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
  private Path model;

  @Option(
      names = "--arrays",
      description = "Shows every array of weights, with its shape and statistics.")
  private boolean arrays;

  @Option(
      names = "--dot",
      paramLabel = FILE,
      description = "Writes the graph for Graphviz; '-' is standard output.")
  private String dot;

  @Option(
      names = "--mermaid",
      paramLabel = FILE,
      description = "Writes the graph for Mermaid, as Markdown draws it; '-' is standard output.")
  private String mermaid;

  @Option(
      names = "--html",
      paramLabel = FILE,
      description = "Writes a page with the graph drawn; it needs no other file.")
  private String html;

  private static String unregistered(String name) {
    return "loss '"
        + name
        + "' is none of Keras': evaluate needs it registered, --loss '"
        + name
        + "=JAR!CLASS'; predict does not";
  }

  @Override
  public Integer call() {
    Destination graphviz = new Destination("--dot", dot);
    Destination flowchart = new Destination("--mermaid", mermaid);
    Destination page = new Destination("--html", html);
    Outputs outputs = new Outputs(options.inputs(model));
    json.declare(outputs);
    List.of(graphviz, flowchart, page).forEach(written -> written.declare(outputs));
    long taken =
        List.of(
                json.takesOutput(),
                graphviz.takesOutput(),
                flowchart.takesOutput(),
                page.takesOutput())
            .stream()
            .filter(takes -> takes)
            .count();
    if (taken > 1) {
      throw new InputException("only one of --json, --dot, --mermaid and --html can be '-'");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (ModelArchive archive = options.open(model)) {
      ModelSummary summary = ModelSummary.of(archive, options.registry(Optional.empty()));
      options.requireLambdas(
          () ->
              ModelOptions.lambdaLayers(
                  summary.layers().stream().map(ModelSummary.Layer::saved).toList()));
      if (taken == 0) {
        out.print(SummaryText.of(summary, arrays));
        options
            .unregisteredLosses(summary.training())
            .forEach(name -> out.print(TextTable.message("", "  ", unregistered(name))));
      }
      json.writeText(() -> SummaryJson.of(summary, arrays).toPrettyString(), out);
      graphviz.write(() -> SummaryGraph.dot(summary), out);
      flowchart.write(() -> SummaryGraph.mermaid(summary), out);
      page.write(() -> SummaryPage.of(summary, arrays), out);
      return summary.gaps().isEmpty() ? 0 : 1;
    }
  }
}
