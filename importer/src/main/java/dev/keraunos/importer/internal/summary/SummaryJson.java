package dev.keraunos.importer.internal.summary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.tensor.Shape;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** A summary for machines, as {@code inspection.schema.json} says. */
public final class SummaryJson {
  private static final int VERSION = 1;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private SummaryJson() {}

  /**
   * The JSON.
   *
   * @param statistics whether the numbers of each array are summed up
   */
  public static ObjectNode of(ModelSummary summary, boolean statistics) {
    ObjectNode json = NODES.objectNode().put("version", VERSION);
    json.put("file", summary.file()).put("format", summary.format());
    ObjectNode keras = json.putObject("keras");
    keras.put("version", summary.keras().version()).put("backend", summary.keras().backend());
    keras.put("saved", summary.keras().saved());
    texts(keras.putArray("others"), summary.keras().others());
    summary.inputs().forEach(port -> port(port, json.withArray("inputs").addObject()));
    summary.outputs().forEach(port -> port(port, json.withArray("outputs").addObject()));
    count(summary.parameters(), json.putObject("parameters"));
    ArrayNode layers = json.putArray("layers");
    summary.layers().forEach(layer -> layer(layer, statistics, layers.addObject()));
    texts(json.putArray("stateful"), summary.stateful());
    texts(json.putArray("drawing"), summary.drawing());
    settings(json.putObject("compiled"), Settings.compiled(summary.training()));
    ArrayNode gaps = json.putArray("gaps");
    for (Gap gap : summary.gaps()) {
      ObjectNode entry = gaps.addObject().put("path", gap.path()).put("class", gap.className());
      entry.put("problem", gap.problem());
    }
    return json;
  }

  private static void texts(ArrayNode array, Collection<String> texts) {
    texts.forEach(array::add);
  }

  private static void settings(ObjectNode json, Map<String, JsonNode> settings) {
    settings.forEach(json::set);
  }

  private static void port(ModelSummary.Port port, ObjectNode json) {
    json.put("name", port.name());
    type(port.dtype(), port.shape(), json);
  }

  /** Null for what is not known. */
  private static void type(String dtype, Optional<Shape> shape, ObjectNode json) {
    json.put("dtype", dtype.isEmpty() ? null : dtype);
    if (shape.isEmpty()) {
      json.putNull("shape");
      return;
    }
    ArrayNode dimensions = json.putArray("shape");
    for (int axis = 0; axis < shape.get().rank(); axis++) {
      long dimension = shape.get().dim(axis);
      dimensions.add(dimension == Shape.UNKNOWN ? null : Long.valueOf(dimension));
    }
  }

  private static void count(ModelSummary.Count count, ObjectNode json) {
    json.put("all", count.all()).put("trainable", count.trainable());
    json.put("non_trainable", count.frozen()).put("bytes", count.bytes());
  }

  private static void layer(ModelSummary.Layer layer, boolean statistics, ObjectNode json) {
    json.put("path", layer.path()).put("class", layer.className());
    json.put("registered_name", layer.saved().spec().registeredName());
    json.put("parent", layer.saved().parent()).put("is_model", layer.isModel());
    json.put("trainable", layer.saved().trainable());
    ArrayNode outputs = json.putArray("outputs");
    layer.outputs().forEach(port -> type(port.dtype(), port.shape(), outputs.addObject()));
    count(layer.parameters(), json.putObject("parameters"));
    ArrayNode calls = json.putArray("calls");
    for (SavedLayer.Call call : layer.saved().calls()) {
      ObjectNode entry = calls.addObject();
      texts(entry.putArray("inputs"), call.sources());
      entry.put("arguments", call.arguments());
    }
    settings(json.putObject("settings"), layer.settings());
    ArrayNode weights = json.putArray("weights");
    layer.saved().arrays().forEach(array -> array(array, statistics, weights.addObject()));
  }

  private static void array(SavedLayer.Array array, boolean statistics, ObjectNode json) {
    json.put("name", array.name());
    type(array.value().dtype().kerasName(), Optional.of(array.value().shape()), json);
    json.put("trainable", array.trainable()).put("bytes", array.bytes());
    if (statistics) {
      Statistics numbers = Statistics.of(array.value());
      ObjectNode entry = json.putObject("statistics");
      number(entry, "min", numbers.min());
      number(entry, "max", numbers.max());
      number(entry, "mean", numbers.mean());
      number(entry, "standard_deviation", numbers.deviation());
      entry.put("zeros", numbers.zeros()).put("not_finite", numbers.other());
    }
  }

  /** JSON has no NaN. */
  private static void number(ObjectNode json, String key, double value) {
    json.put(key, Double.isFinite(value) ? Double.valueOf(value) : null);
  }
}
