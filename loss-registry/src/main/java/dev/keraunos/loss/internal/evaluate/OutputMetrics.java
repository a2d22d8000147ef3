package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.loss.MetricState;
import dev.keraunos.loss.StatefulMetric;
import dev.keraunos.loss.internal.compile.CompiledMetric;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Keras23Reduction;
import dev.keraunos.loss.internal.reduce.MetricAverage;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.loss.internal.reduce.TfKerasReduction;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The metrics of one output over all batches. */
final class OutputMetrics {
  private final String output;
  private final Dialect dialect;
  private final List<CompiledMetric> metrics;
  private final Map<CompiledMetric, MetricAverage> averages = new LinkedHashMap<>();
  private final Map<CompiledMetric, MetricState> states = new LinkedHashMap<>();
  private boolean seen;

  OutputMetrics(String output, List<CompiledMetric> metrics, Dialect dialect) {
    this.output = output;
    this.dialect = dialect;
    this.metrics = metrics;
    for (CompiledMetric metric : metrics) {
      if (metric.metric() instanceof StatefulMetric) {
        states.put(metric, ((StatefulMetric) metric.metric()).start(dialect));
      } else {
        averages.put(metric, new MetricAverage(dialect, metric.weighted(), metric.precision()));
      }
    }
  }

  /** Adds a batch. */
  void add(
      OutputProgram.Results results,
      Tensor yTrue,
      Tensor yPred,
      Optional<Grid> mask,
      Optional<Grid> weight) {
    seen = true;
    Shape shape = yPred.shape();
    for (CompiledMetric metric : metrics) {
      Place place = Place.of(metric, output, yTrue.shape(), shape);
      if (averages.containsKey(metric)) {
        place.run(() -> average(metric, results, shape, mask, weight));
      } else {
        place.run(() -> count(metric, yTrue, yPred, mask, weight));
      }
    }
  }

  private void average(
      CompiledMetric metric,
      OutputProgram.Results results,
      Shape shape,
      Optional<Grid> mask,
      Optional<Grid> weight) {
    averages
        .get(metric)
        .add(
            Grid.of(results.metric(metric)),
            shape.dim(0),
            shape.rank(),
            isMasked(metric) ? mask : Optional.empty(),
            results.valid(metric),
            weight);
  }

  private void count(
      CompiledMetric metric,
      Tensor yTrue,
      Tensor yPred,
      Optional<Grid> mask,
      Optional<Grid> weight) {
    Shape shape = yPred.shape();
    Optional<Grid> user = metric.weighted() ? weight : Optional.empty();
    boolean seesMasks = dialect.has(Quirk.METRICS_SEE_MASKS);
    Tensor prediction = metric.precision().seen(yPred, dialect);
    Tensor target = Precision.of(yPred.dtype()).seen(yTrue, dialect);
    states
        .get(metric)
        .add(
            column(target, shape),
            prediction,
            visible(metric.weighted() || seesMasks ? mask : Optional.empty(), user, shape.rank())
                .map(g -> g.toTensor(DType.FLOAT32)));
    if (prediction != yPred) {
      prediction.close();
    }
    if (target != yTrue) {
      target.close();
    }
  }

  private boolean isMasked(CompiledMetric metric) {
    return !dialect.has(Quirk.STATES_SEE_NO_MASK) || ((MetricFunction) metric.metric()).isMasked();
  }

  /** Targets of rank 1 become a column as they do for functions. */
  private Tensor column(Tensor yTrue, Shape yPred) {
    boolean column =
        yTrue.shape().rank() == 1 && yPred.rank() == 2 && dialect.has(Quirk.TARGETS_BECOME_COLUMNS);
    return column ? yTrue.reshape(yTrue.size(), 1) : yTrue;
  }

  /** Keras 3 shows metrics with a state no mask. */
  private Optional<Grid> visible(Optional<Grid> mask, Optional<Grid> user, int outputRank) {
    if (dialect.has(Quirk.STATES_SEE_NO_MASK)) {
      return user;
    }
    TfKerasReduction rules = new TfKerasReduction(dialect);
    boolean newer = dialect.has(Quirk.WEIGHTS_BECOME_COLUMNS);
    return Keras23Reduction.merge(mask, newer ? user.map(w -> rules.column(w, outputRank)) : user);
  }

  /** Whether there was a batch with targets. */
  boolean haveSeen() {
    return seen;
  }

  /**
   * Adds the results, in order; a metric of several numbers under its name and their index. Keras 3
   * does not tell metrics that saw nothing.
   */
  void report(Map<String, Double> result) {
    if (!seen && dialect.has(Quirk.TELLS_SEEN_METRICS_ONLY)) {
      return;
    }
    for (CompiledMetric metric : metrics) {
      if (averages.containsKey(metric)) {
        MetricFunction function = (MetricFunction) metric.metric();
        double value = function.result(averages.get(metric).result());
        result.put(metric.name(), metric.precision().round(value));
      } else {
        double[] numbers = states.get(metric).result();
        for (int i = 0; i < numbers.length; i++) {
          result.put(
              numbers.length == 1 ? metric.name() : metric.name() + "[" + i + "]", numbers[i]);
        }
      }
    }
  }
}
