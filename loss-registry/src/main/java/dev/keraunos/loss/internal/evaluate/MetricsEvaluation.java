package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.engine.Engine;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.compile.Warnings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Computes metrics without a loss, batch after batch, in constant memory. Outputs without targets
 * have none. Not thread-safe.
 */
public final class MetricsEvaluation implements AutoCloseable {
  private final List<OutputEvaluation> outputs = new ArrayList<>();
  private final Warnings warnings;

  /**
   * Starts an evaluation.
   *
   * @param setups outputs with metrics and no loss
   * @param strict whether what otherwise is a warning is refused
   */
  public MetricsEvaluation(
      List<CompiledOutput> setups, Dialect dialect, Engine engine, int threads, boolean strict) {
    warnings = new Warnings(strict);
    for (CompiledOutput setup : setups) {
      outputs.add(
          new OutputEvaluation(setup, dialect, engine, threads, warnings, Optional.empty()));
    }
  }

  /**
   * Adds a batch.
   *
   * @throws dev.keraunos.error.InputException if targets, predictions or masks do not fit each
   *     other
   */
  public void update(Batch batch) {
    for (OutputEvaluation output : outputs) {
      if (output.isNeeded(batch)) {
        output.update(batch.outputs().get(output.setup().output().name()));
      }
    }
  }

  /** Names and values, in the order of outputs and metrics. */
  public Map<String, Double> result() {
    Map<String, Double> result = new LinkedHashMap<>();
    outputs.stream()
        .map(OutputEvaluation::metrics)
        .filter(OutputMetrics::haveSeen)
        .forEach(metrics -> metrics.report(result));
    return result;
  }

  /** What Keras does silently here and a user may not mean, one sentence each. */
  public List<Warnings.Warning> warnings() {
    return warnings.found();
  }

  @Override
  public void close() {
    outputs.forEach(OutputEvaluation::close);
  }
}
