package dev.keraunos.importer.internal.summary;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** A summary as text of 80 columns. */
public final class SummaryText {
  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};
  private static final double STEP = 1024;
  private static final String INDENT = "          ";

  /** Of the compile settings, with what stands before them. */
  private static final Map<String, String> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("loss", "loss");
    GROUPS.put("loss_weights", "weights");
    GROUPS.put("metrics", "metrics");
    GROUPS.put("weighted_metrics", "weighted");
    GROUPS.put("optimizer", "optimizer");
  }

  private final ModelSummary summary;
  private final boolean weights;

  private SummaryText(ModelSummary summary, boolean weights) {
    this.summary = summary;
    this.weights = weights;
  }

  /**
   * The text, in lines that end.
   *
   * @param weights whether each array is shown, with its statistics
   */
  public static String of(ModelSummary summary, boolean weights) {
    return new SummaryText(summary, weights).text();
  }

  /** What it says of the model as a whole. */
  public static String head(ModelSummary summary) {
    SummaryText whole = new SummaryText(summary, false);
    return whole.file() + whole.rest();
  }

  private String text() {
    StringBuilder text = new StringBuilder(file() + '\n' + layers() + '\n' + rest());
    int gaps = summary.gaps().size();
    if (gaps > 0) {
      text.append('\n').append(gaps).append(gaps == 1 ? " part is" : " parts are");
      text.append(" not supported:\n");
    }
    for (Gap gap : summary.gaps()) {
      text.append(TextTable.message("  ", "    ", gap.toString()));
    }
    return text.toString();
  }

  private String file() {
    return line("file", summary.file() + " (" + summary.format() + ")")
        + line("Keras", keras(summary.keras()))
        + line("inputs", ports(summary.inputs()))
        + line("outputs", ports(summary.outputs()));
  }

  private String rest() {
    StringBuilder text = new StringBuilder(line("holds", count(summary.parameters())));
    if (!summary.stateful().isEmpty()) {
      text.append(
          line(
              "states",
              "kept from batch to batch by "
                  + String.join(", ", summary.stateful())
                  + "; every call of predict starts them from zeros, KerasModel.session() does"
                  + " not"));
    }
    if (!summary.drawing().isEmpty()) {
      text.append(
          line(
              "random",
              "drawn by "
                  + String.join(", ", summary.drawing())
                  + ", called with training=True; every call of predict draws others, the same"
                  + " after every load, and Loader.seed() chooses which"));
    }
    compiled(text);
    return text.toString();
  }

  private static String line(String title, String text) {
    String first = String.format(Locale.ROOT, "%-10s", title);
    return TextTable.wrapped(first, INDENT, text);
  }

  private static String keras(ModelSummary.Writer keras) {
    String saved = keras.saved().isEmpty() ? "" : ", saved " + keras.saved();
    String others =
        keras.others().isEmpty()
            ? ""
            : "; the file may as well be of "
                + String.join(" or ", keras.others())
                + ", see --keras";
    return keras.version() + ":" + keras.backend() + saved + others;
  }

  private static String ports(List<ModelSummary.Port> ports) {
    StringJoiner text = new StringJoiner("; ");
    for (ModelSummary.Port port : ports) {
      String shape = port.shape().map(Shape::toString).orElse("of unknown shape");
      text.add(
          port.dtype().isEmpty() ? port.name() : port.name() + " " + port.dtype() + " " + shape);
    }
    return text.toString();
  }

  private String layers() {
    TextTable table = new TextTable(false, false, true, false);
    table.row("layer (class)", "output", "parameters", "connected to");
    for (ModelSummary.Layer layer : summary.layers()) {
      table.row(
          layer.path() + " (" + layer.className() + ")",
          shapes(layer),
          String.valueOf(layer.parameters().all()),
          String.join(", ", layer.sources()));
      String settings = settings(layer);
      if (!settings.isEmpty()) {
        table.across("    ", settings);
      }
      if (weights) {
        layer.saved().arrays().forEach(array -> table.across("    ", array(array)));
      }
    }
    return table.toString();
  }

  /** The shapes of what a layer gives. */
  public static String shapes(ModelSummary.Layer layer) {
    List<String> shapes = new ArrayList<>();
    layer.outputs().forEach(port -> shapes.add(port.shape().map(Shape::toString).orElse("?")));
    return shapes.isEmpty() ? "?" : String.join(" ", shapes);
  }

  /** The settings of a layer that are off their default. */
  public static String settings(ModelSummary.Layer layer) {
    StringJoiner text = new StringJoiner(", ");
    layer.settings().forEach((key, value) -> text.add(key + "=" + Settings.text(value)));
    return text.toString();
  }

  /** An array, with its shape and statistics. */
  public static String array(SavedLayer.Array array) {
    return array.name()
        + " "
        + array.value().dtype()
        + " "
        + array.value().shape()
        + ": "
        + Statistics.of(array.value()).text()
        + (array.trainable() ? "" : "; not trainable");
  }

  private static String count(ModelSummary.Count count) {
    return count.all()
        + " parameters ("
        + bytes(count.bytes())
        + "): "
        + count.trainable()
        + " trainable, "
        + count.frozen()
        + " not";
  }

  /** {@code 3.46 KB}, of 1024 bytes each as Keras counts them. */
  static String bytes(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= STEP && unit < UNITS.length - 1) {
      amount /= STEP;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.2f %s", amount, UNITS[unit]);
  }

  private void compiled(StringBuilder text) {
    Map<String, JsonNode> settings = Settings.compiled(summary.training());
    GROUPS.forEach(
        (group, title) -> {
          StringJoiner said = new StringJoiner(", ");
          settings.forEach(
              (key, value) -> {
                if (key.equals(group)) {
                  said.add(Settings.text(value));
                } else if (key.startsWith(group + ".")) {
                  said.add(key.substring(group.length() + 1) + "=" + Settings.text(value));
                }
              });
          boolean always = group.equals("loss") || group.equals("metrics");
          if (said.length() > 0 || always) {
            text.append(line(title, said.length() == 0 ? "none" : said.toString()));
          }
        });
  }
}
