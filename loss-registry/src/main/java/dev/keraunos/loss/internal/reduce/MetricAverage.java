package dev.keraunos.loss.internal.reduce;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.Shape;
import java.util.Optional;

/**
 * The running average of a metric function, with the weights and masks that its Keras lets it see.
 */
public final class MetricAverage {
  private final Dialect dialect;
  private final boolean weighted;
  private final Precision precision;
  private double total;
  private double count;

  /**
   * An average.
   *
   * @param weighted true for one of {@code weighted_metrics}
   * @param precision to which each step rounds
   */
  public MetricAverage(Dialect dialect, boolean weighted, Precision precision) {
    this.dialect = dialect;
    this.weighted = weighted;
    this.precision = precision;
  }

  /**
   * Adds a batch.
   *
   * @param outputRank the rank of the prediction
   * @param valid of the values, as {@code ignore_class} attaches it
   */
  public void add(
      Grid values,
      long batch,
      int outputRank,
      Optional<Grid> mask,
      Optional<Grid> valid,
      Optional<Grid> weight) {
    Optional<Grid> user = weighted ? weight : Optional.empty();
    if (dialect.has(Quirk.METRICS_AVERAGE_SAMPLES)) {
      addSamples(values, mask, valid, user);
    } else if (!dialect.has(Quirk.METRICS_AVERAGE_AS_LOSSES)) {
      boolean ones = weighted && dialect.has(Quirk.WEIGHTED_METRICS_COUNT_ONES);
      addValues(
          values, outputRank, mask, valid, ones ? user.or(() -> Optional.of(ones(batch))) : user);
    } else {
      boolean masked = dialect.has(Quirk.METRICS_SEE_MASKS);
      Optional<Grid> seen = masked ? mask : Optional.empty();
      Reduction.Request request =
          new Reduction.Request(
              values.shape(), outputRank, seen, Optional.empty(), user, Reduction.Mode.MEAN);
      Grid coefficients = rules().weigh(request).coefficients();
      total += batch * values.dot(coefficients);
      count += batch;
    }
  }

  private Reduction rules() {
    return dialect.has(Quirk.DIVIDES_BY_SUM_OF_WEIGHTS)
        ? new TensorFlow1Reduction(false, dialect.has(Quirk.MASKS_SCORES_OF_IMAGES))
        : new Keras1Reduction(dialect, false);
  }

  /** Keras 2.3 weights by 1 where nobody gave weights. */
  private static Grid ones(long batch) {
    return Grid.scalar(1).expand(Shape.of(batch));
  }

  /** {@code Mean.update_state} of Keras 2.3 to tf_keras. */
  private void addValues(
      Grid values, int outputRank, Optional<Grid> mask, Optional<Grid> valid, Optional<Grid> user) {
    boolean columns = dialect.has(Quirk.WEIGHTS_BECOME_COLUMNS);
    TfKerasReduction rules = new TfKerasReduction(dialect);
    Optional<Grid> given = columns ? user.map(w -> rules.column(w, outputRank)) : user;
    boolean masked = weighted || dialect.has(Quirk.METRICS_SEE_MASKS);
    Optional<Grid> weight = Keras23Reduction.merge(masked ? mask : Optional.empty(), given);
    if (dialect.has(Quirk.COUNTS_VALID_POSITIONS)) {
      weight = Keras23Reduction.merge(valid, weight);
    }
    Grid v = precision.round(values);
    if (weight.isEmpty()) {
      add(v.sum(), v.size());
      return;
    }
    Grid w = precision.round(TfKerasReduction.fitRank(weight.get(), v.shape()));
    if (dialect.has(Quirk.METRIC_WEIGHTS_MUST_LEAD)) {
      add(v.dot(w.padTo(v.rank())), w.expand(v.shape().slice(0, w.rank())).sum());
      return;
    }
    if (w.rank() > 0 && !repeats(w.shape(), v.shape())) {
      v = mean(v, w.rank());
    }
    add(v.dot(w), repeats(w.shape(), v.shape()) ? w.expand(v.shape()).sum() : w.sum());
  }

  /**
   * True if the weights have the rank of the values and each axis is equal or 1; or are a scalar.
   */
  private static boolean repeats(Shape weights, Shape values) {
    boolean repeats = weights.rank() == 0 || weights.rank() == values.rank();
    for (int i = 0; repeats && i < weights.rank(); i++) {
      repeats = weights.dim(i) == 1 || weights.dim(i) == values.dim(i);
    }
    return repeats;
  }

  /**
   * {@code Mean.update_state} of Keras 3: every sample counts once, or by the mean of its weights.
   */
  private void addSamples(
      Grid values, Optional<Grid> mask, Optional<Grid> valid, Optional<Grid> user) {
    boolean masked = user.isPresent() || dialect.has(Quirk.METRICS_SEE_MASKS);
    Optional<Grid> weight = Keras3Reduction.merge(masked ? mask : Optional.empty(), user, dialect);
    Grid all = precision.round(values);
    if (weight.isEmpty()) {
      add(mean(all, 1).sum(), all.rank() == 0 ? 1 : all.shape().dim(0));
      return;
    }
    weight = Keras3Reduction.merge(valid, weight, dialect).map(precision::round);
    Grid v = Keras3Reduction.fit(all, weight.get().shape(), dialect);
    Grid w = Keras3Reduction.fit(weight.get(), all.shape(), dialect);
    v = mean(v, w.rank());
    Grid each = w.expand(w.shape().broadcast(v.shape()));
    add(mean(precision.round(v.times(each)), 1).sum(), mean(each, 1).sum());
  }

  private Grid mean(Grid values, int axis) {
    return values.rank() > axis ? precision.round(values.meanFrom(axis)) : values;
  }

  private void add(double sum, double number) {
    total = precision.round(total + precision.round(sum));
    count = precision.round(count + precision.round(number));
  }

  /** How much there is in the average so far, by weight. */
  public double weight() {
    return count;
  }

  /** The average so far. */
  public double result() {
    boolean safe = dialect.has(Quirk.EMPTY_MEANS_ARE_ZERO);
    return count == 0 && safe ? 0 : precision.round(total / count);
  }
}
