package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.SavedObject;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Metric;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.loss.registry.LossRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks up what a model was compiled with. */
public final class Setups {
  private final Declaration declared;
  private final List<OutputSpec> outputs;
  private final Dialect dialect;
  private final LossRegistry registry;
  private final MetricNames names;
  private final OutputTree tree;
  private final List<List<LossPlan.Entry>> plan;

  public Setups(
      CompileSpec spec, List<OutputSpec> outputs, Dialect dialect, LossRegistry registry) {
    declared = new Declaration(spec);
    declared.requireOutputs(outputs, dialect);
    this.outputs = outputs;
    this.dialect = dialect;
    this.registry = registry;
    tree = new OutputTree(outputs);
    plan = LossPlan.of(declared, outputs, dialect, registry);
    names = new MetricNames(dialect, registry, declared.isTrainingConfig(), outputs.size() > 1);
  }

  /**
   * The loss that a model was compiled with for an output.
   *
   * @throws InputException if the output has none
   * @throws dev.keraunos.keras.UnknownNameException if it is not registered
   */
  public static Loss loss(
      CompileSpec spec, String output, List<OutputSpec> outputs, LossRegistry registry) {
    List<JsonNode> losses = new Declaration(spec).losses(outputs);
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i).name().equals(output) && losses.get(i) != null) {
        return registry.loss(losses.get(i));
      }
    }
    throw new InputException("output '" + output + "' was compiled without a loss");
  }

  /** One for each output, and one for each further loss that an output was given. */
  public List<CompiledOutput> all() {
    List<List<CompiledMetric>> metrics = metrics(declared.losses(outputs, dialect));
    List<CompiledOutput> setups = new ArrayList<>();
    boolean logits = !(declared.runsOldLoop() && dialect.has(Quirk.OLD_LOOP_FINDS_NO_LOGITS));
    boolean once = !declared.runsEagerly() && dialect.has(Quirk.OUTPUT_LOSSES_COUNT_BATCHES_ONCE);
    for (int i = 0; i < outputs.size(); i++) {
      List<CompiledMetric> own = metrics.get(i);
      for (LossPlan.Entry entry : plan.get(i)) {
        setups.add(
            new CompiledOutput(
                outputs.get(i),
                Optional.ofNullable(entry.loss()).map(this::loss),
                entry.loss() == null ? "" : registry.canonicalName(entry.loss()),
                settings(entry.loss()),
                entry.loss() == null || registry.origin(entry.loss()).isEmpty(),
                entry.reported(),
                entry.weight(),
                mode(entry.loss()),
                own,
                logits,
                once));
        own = List.of();
      }
    }
    return setups;
  }

  private static JsonNode settings(JsonNode saved) {
    return saved == null
        ? MissingNode.getInstance()
        : SavedObject.of(saved, "training config").config().json();
  }

  /** Warns of losses that Keras does not compute of the output for which they were declared. */
  public void checkLosses(Warnings warnings) {
    List<JsonNode> first = declared.losses(outputs);
    for (int i = 0; i < outputs.size(); i++) {
      List<LossPlan.Entry> entries = plan.get(i);
      String found = describe(entries.get(0).loss());
      String wanted = describe(first.get(i));
      warnings.checkLoss(outputs.get(i).name(), dialect, wanted, found);
      if (entries.size() > 1 && entries.get(1).loss() == null) {
        warnings.checkLoss(outputs.get(i).name(), dialect, "several losses", found);
      }
    }
  }

  private String describe(JsonNode loss) {
    return loss == null ? "no loss" : registry.canonicalName(loss);
  }

  /** Who registered the losses that are not Keras' own, a sentence each. */
  public List<String> origins() {
    List<String> origins = new ArrayList<>();
    List<List<JsonNode>> losses = declared.losses(outputs, dialect);
    for (int i = 0; i < outputs.size(); i++) {
      for (JsonNode loss : losses.get(i)) {
        String output = outputs.get(i).name();
        registry.origin(loss).ifPresent(who -> origins.add(origin(output, loss, who)));
      }
    }
    return origins;
  }

  private String origin(String output, JsonNode loss, String who) {
    return "output '"
        + output
        + "': loss '"
        + registry.canonicalName(loss)
        + "' was registered by "
        + who;
  }

  private Loss loss(JsonNode saved) {
    boolean open = dialect.has(Quirk.OPENS_LOSSES_BY_SHAPE) && OpenLoss.isOpen(registry, saved);
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
  private List<List<CompiledMetric>> metrics(List<List<JsonNode>> losses) {
    List<List<CompiledMetric>> metrics = new ArrayList<>();
    outputs.forEach(output -> metrics.add(new ArrayList<>()));
    List<List<JsonNode>> plain = declared.metrics(false, outputs, dialect);
    List<List<JsonNode>> weighted = declared.metrics(true, outputs, dialect);
    boolean last = dialect.has(Quirk.WEIGHTED_METRICS_COME_LAST);
    for (int i = 0; i < outputs.size(); i++) {
      JsonNode loss = losses.get(i).isEmpty() ? null : losses.get(i).get(0);
      boolean skipped = loss == null && !dialect.has(Quirk.METRICS_OF_LOSSLESS_OUTPUTS);
      add(metrics.get(i), i, skipped ? List.of() : plain.get(i), loss, false);
      add(metrics.get(i), i, skipped || last ? List.of() : weighted.get(i), loss, true);
    }
    for (int i = 0; last && i < outputs.size(); i++) {
      JsonNode loss = losses.get(i).isEmpty() ? null : losses.get(i).get(0);
      add(metrics.get(i), i, weighted.get(i), loss, true);
    }
    return metrics;
  }

  /** From 3.12 on metrics of a dict of outputs are named by its keys. */
  private String prefix(OutputSpec output) {
    boolean byKey = dialect.has(Quirk.METRICS_BY_KEY) && tree.isFlatDict();
    return byKey ? output.path().get(0) : output.reported();
  }

  private void add(
      List<CompiledMetric> target,
      int output,
      List<JsonNode> saved,
      JsonNode loss,
      boolean weighted) {
    String prefix = prefix(outputs.get(output));
    for (JsonNode metric : names.distinct(saved, prefix)) {
      String name = names.next(metric, prefix, weighted);
      boolean open = OpenMetric.isOpen(registry, metric, dialect);
      Metric made =
          open ? new OpenMetric(registry, metric, dialect, loss) : registry.metric(metric);
      target.add(
          new CompiledMetric(
              name,
              made,
              registry.canonicalName(metric),
              settings(metric),
              weighted,
              Precision.of(metric)));
    }
  }
}
