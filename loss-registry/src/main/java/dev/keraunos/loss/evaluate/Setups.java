package dev.keraunos.loss.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.LossRegistry;
import dev.keraunos.loss.Metric;
import dev.keraunos.loss.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks up what a model was compiled with. */
final class Setups {
  private final CompileSpec spec;
  private final List<OutputSpec> outputs;
  private final Dialect dialect;
  private final LossRegistry registry;
  private final MetricNames names;

  Setups(CompileSpec spec, List<OutputSpec> outputs, Dialect dialect, LossRegistry registry) {
    this.spec = spec;
    this.outputs = outputs;
    this.dialect = dialect;
    this.registry = registry;
    names = new MetricNames(dialect, registry, spec.isTrainingConfig(), outputs.size() > 1);
  }

  List<OutputEvaluation.Setup> all(Detail detail) {
    List<JsonNode> losses = spec.losses(outputs, dialect);
    List<Double> weights = spec.lossWeights(outputs, dialect);
    List<List<CompiledMetric>> metrics = metrics(losses);
    List<OutputEvaluation.Setup> setups = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      JsonNode loss = losses.get(i);
      setups.add(
          new OutputEvaluation.Setup(
              outputs.get(i),
              Optional.ofNullable(loss).map(this::loss),
              loss == null ? "" : registry.canonicalName(loss),
              weights.get(i),
              mode(loss),
              metrics.get(i),
              detail));
    }
    return setups;
  }

  /** Who registered the losses that are not Keras' own, a sentence each. */
  List<String> origins() {
    List<String> origins = new ArrayList<>();
    List<JsonNode> losses = spec.losses(outputs, dialect);
    for (int i = 0; i < outputs.size(); i++) {
      JsonNode loss = losses.get(i);
      String output = outputs.get(i).name();
      Optional<String> origin = loss == null ? Optional.empty() : registry.origin(loss);
      origin.ifPresent(
          who ->
              origins.add(
                  "output '"
                      + output
                      + "': loss '"
                      + registry.canonicalName(loss)
                      + "' was registered by "
                      + who));
    }
    return origins;
  }

  private Loss loss(JsonNode saved) {
    boolean open = dialect.isAtLeast(Profile.K30) && OpenLoss.isOpen(registry, saved);
    return open ? new OpenLoss(registry, saved) : registry.loss(saved);
  }

  /** A Loss object says how it reduces; null is none. Functions are wrapped with the default. */
  private static Reduction.Mode mode(JsonNode loss) {
    JsonNode reduction =
        loss == null ? MissingNode.getInstance() : loss.path("config").path("reduction");
    return Reduction.Mode.of(reduction.isNull() ? "none" : reduction.asText(""));
  }

  /**
   * The metrics by output, named in the order of that Keras: Keras 3 names all weighted ones last.
   */
  private List<List<CompiledMetric>> metrics(List<JsonNode> losses) {
    List<List<CompiledMetric>> metrics = new ArrayList<>();
    outputs.forEach(output -> metrics.add(new ArrayList<>()));
    List<List<JsonNode>> plain = spec.metrics(false, outputs, dialect);
    List<List<JsonNode>> weighted = spec.metrics(true, outputs, dialect);
    boolean last = dialect.isAtLeast(Profile.K30);
    for (int i = 0; i < outputs.size(); i++) {
      boolean skipped = losses.get(i) == null && !dialect.isAtLeast(Profile.T26);
      add(metrics.get(i), i, skipped ? List.of() : plain.get(i), losses.get(i), false);
      add(metrics.get(i), i, skipped || last ? List.of() : weighted.get(i), losses.get(i), true);
    }
    for (int i = 0; last && i < outputs.size(); i++) {
      add(metrics.get(i), i, weighted.get(i), losses.get(i), true);
    }
    return metrics;
  }

  private void add(
      List<CompiledMetric> target,
      int output,
      List<JsonNode> saved,
      JsonNode loss,
      boolean weighted) {
    String reported = outputs.get(output).reported();
    for (JsonNode metric : names.distinct(saved, reported)) {
      String name = names.next(metric, reported, weighted);
      boolean open = OpenMetric.isOpen(registry, metric, dialect);
      Metric made =
          open ? new OpenMetric(registry, metric, dialect, loss) : registry.metric(metric);
      target.add(new CompiledMetric(name, made, weighted));
    }
  }
}
