package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.config.SavedObject;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.loss.registry.LossRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Metrics that a caller names, in place of what a model was compiled with. The loss of an output is
 * not computed; it says what {@code accuracy} stands for, where that Keras asks it.
 */
public final class ChosenMetrics {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Dialect dialect;
  private final LossRegistry registry;
  private final List<JsonNode> chosen = new ArrayList<>();

  /**
   * Metrics by name, or as Keras saves them.
   *
   * @throws InputException if there are none, or one is no JSON
   */
  public ChosenMetrics(List<String> metrics, Dialect dialect, LossRegistry registry) {
    this.dialect = dialect;
    this.registry = registry;
    metrics.forEach(metric -> chosen.add(parse(metric)));
    if (chosen.isEmpty()) {
      throw new InputException(
          "no metric is named; name those to evaluate, such as accuracy, or give none and have what"
              + " the model was compiled with");
    }
  }

  private static JsonNode parse(String metric) {
    if (!metric.strip().startsWith("{")) {
      return TextNode.valueOf(metric);
    }
    try {
      JsonNode json = JSON.readTree(metric);
      if (json.path("class_name").isTextual()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      throw new InputException(
          "metric '" + metric + "' is no JSON: " + e.getOriginalMessage() + "; " + FORM, e);
    }
    throw new InputException("metric '" + metric + "' has no class_name; " + FORM);
  }

  private static final String FORM =
      "allowed: a name, or {\"class_name\": \"AUC\", \"config\": {...}} as"
          + " keras.metrics.serialize gives it";

  /** They of each output. */
  public List<CompiledOutput> of(CompileSpec spec, List<OutputSpec> outputs) {
    List<JsonNode> losses = new Declaration(spec).losses(outputs);
    List<CompiledOutput> all = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      String prefix = outputs.size() > 1 ? outputs.get(i).name() + "_" : "";
      all.add(
          new CompiledOutput(
              outputs.get(i),
              Optional.empty(),
              "",
              MissingNode.getInstance(),
              true,
              Optional.empty(),
              1,
              Reduction.Mode.of(""),
              metrics(prefix, losses.get(i)),
              true,
              false));
    }
    return all;
  }

  private List<CompiledMetric> metrics(String prefix, JsonNode loss) {
    List<CompiledMetric> metrics = new ArrayList<>();
    for (JsonNode saved : chosen) {
      String name = prefix + name(saved);
      if (metrics.stream().anyMatch(metric -> metric.name().equals(name))) {
        throw new InputException(
            "the metric '" + name(saved) + "' is given twice; give each a name in its config");
      }
      metrics.add(
          new CompiledMetric(
              name,
              OpenMetric.isOpen(registry, saved, dialect)
                  ? new OpenMetric(registry, saved, dialect, loss)
                  : registry.metric(saved),
              registry.canonicalName(saved),
              SavedObject.of(saved, "metric").config().json(),
              false,
              Precision.of(saved)));
    }
    return metrics;
  }

  private static String name(JsonNode saved) {
    return saved.isTextual()
        ? saved.asText()
        : saved.path("config").path("name").asText(saved.path("class_name").asText());
  }
}
