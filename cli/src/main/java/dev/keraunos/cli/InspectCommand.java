package dev.keraunos.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.ModelSummary;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "inspect",
    description =
        "Shows what a model file holds: layers, shapes, parameters, the Keras that wrote it,"
            + " losses, every gap.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit code 1 means that parts of the model are not supported.",
      "",
      "Examples:",
      "  keraunos inspect model.keras",
      "  keraunos inspect model.h5 --lambda lambda_1='x / 255' --json -"
    })
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions options;
  @Mixin private JsonOption json;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
  private Path model;

  @Override
  public Integer call() {
    json.declare(new Outputs(options.inputs(model)));
    PrintWriter out = spec.commandLine().getOut();
    try (ModelArchive archive = options.open(model)) {
      ModelSummary summary = ModelSummary.of(archive, options.registry(Optional.empty()));
      if (!json.takesOutput()) {
        print(summary, out);
      }
      json.write(summary, out);
      return summary.gaps().isEmpty() ? 0 : 1;
    }
  }

  private static void print(ModelSummary summary, PrintWriter out) {
    out.println("file      " + summary.file() + " (" + summary.format() + ")");
    out.println("Keras     " + summary.keras());
    out.println("inputs    " + String.join("; ", summary.inputs()));
    out.println("outputs   " + String.join("; ", summary.outputs()));
    out.println();
    int path = width(summary.layers().stream().map(ModelSummary.Layer::path).toList(), "layer");
    int type =
        width(summary.layers().stream().map(ModelSummary.Layer::className).toList(), "class");
    String row = "%-" + path + "s  %-" + type + "s  %12s  %s%n";
    out.printf(row, "layer", "class", "parameters", "output");
    for (ModelSummary.Layer layer : summary.layers()) {
      out.printf(
          row,
          layer.path(),
          layer.className(),
          layer.parameters(),
          layer.output().isEmpty() ? "?" : layer.output());
    }
    out.println();
    out.println(summary.parameters() + " parameters");
    if (!summary.stateful().isEmpty()) {
      out.println(
          "states    kept from batch to batch by "
              + String.join(", ", summary.stateful())
              + "; every call of predict starts them from zeros, KerasModel.session() does not");
    }
    if (!summary.drawing().isEmpty()) {
      out.println(
          "random    drawn by "
              + String.join(", ", summary.drawing())
              + ", called with training=True; every call of predict draws others, the same after"
              + " every load, and KerasModel.Loader.seed() chooses which");
    }
    out.println("loss      " + text(summary.loss()));
    out.println("metrics   " + text(summary.metrics()));
    if (!summary.gaps().isEmpty()) {
      out.println();
      int gaps = summary.gaps().size();
      out.println(gaps + (gaps == 1 ? " part is" : " parts are") + " not supported:");
      for (Gap gap : summary.gaps()) {
        out.println("  " + gap);
      }
    }
  }

  private static int width(Iterable<String> texts, String title) {
    int width = title.length();
    for (String text : texts) {
      width = Math.max(width, text.length());
    }
    return width;
  }

  private static String text(JsonNode json) {
    return json.isMissingNode() || json.isNull()
        ? "none"
        : json.isTextual() ? json.asText() : json.toString();
  }
}
