package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Regularizer;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.loss.internal.reduce.RunningMean;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What regularisers of weights and activities add to every batch. */
public final class Penalties {
  /**
   * What a regulariser adds.
   *
   * @param path of the variable or layer
   * @param kind {@code weight} or {@code activity}
   */
  public record Mean(String path, String kind, double value) {}

  private final Dialect dialect;
  private final Map<String, Double> weights = new LinkedHashMap<>();
  private final Map<String, Regularizer> activities = new LinkedHashMap<>();
  private final Map<String, RunningMean> means = new LinkedHashMap<>();

  Penalties(Dialect dialect) {
    this.dialect = dialect;
  }

  /**
   * Loaded models forget up to Keras 3.1 that a layer is frozen; before Keras 3 it counts anyway.
   */
  void weight(String path, Regularizer regularizer, Tensor weight, boolean trainable) {
    boolean counts = trainable || dialect.has(Quirk.PENALISES_FROZEN_WEIGHTS);
    if (counts && applies()) {
      weights.put(path, regularizer.penalty(weight));
    }
  }

  void activity(String path, Regularizer regularizer) {
    if (applies()) {
      activities.put(path, regularizer);
      means.put(path, new RunningMean());
    }
  }

  /** Up to 1.1 regularisers were part of the training phase only. */
  private boolean applies() {
    return !dialect.has(Quirk.NO_PENALTIES);
  }

  /**
   * Adds a batch.
   *
   * @param batchWeight how much the batch counts
   * @return all penalties of the batch together
   */
  double add(Map<String, Tensor> given, double batchWeight) {
    double total = 0;
    for (double penalty : weights.values()) {
      total += penalty;
    }
    Precision common = weights.isEmpty() ? commonPrecision(given.values()) : Precision.FULL;
    for (Map.Entry<String, Regularizer> activity : activities.entrySet()) {
      Tensor tensor = given.get(activity.getKey());
      if (tensor == null) {
        throw new InputException(
            "the batch lacks the regularised activity '" + activity.getKey() + "'");
      }
      boolean divided = perSample() && tensor.shape().rank() > 0;
      Precision own = Precision.of(tensor.dtype());
      double penalty = own.round(activity.getValue().penalty(tensor));
      penalty = own.round(penalty / (divided ? tensor.shape().dim(0) : 1));
      means.get(activity.getKey()).add(penalty, batchWeight);
      total = common.round(total + penalty);
    }
    return total;
  }

  /** That of all, or else the full one, in which {@code cast_losses_to_common_dtype} adds up. */
  private static Precision commonPrecision(Collection<Tensor> activities) {
    Set<Precision> all =
        activities.stream().map(tensor -> Precision.of(tensor.dtype())).collect(Collectors.toSet());
    return all.size() == 1 ? all.iterator().next() : Precision.FULL;
  }

  /** tf_keras and Keras 3.14 divide the penalty of an activity by the batch size. */
  private boolean perSample() {
    return dialect.has(Quirk.ACTIVITY_PENALTY_PER_SAMPLE);
  }

  boolean isEmpty() {
    return weights.isEmpty() && activities.isEmpty();
  }

  List<Mean> result() {
    List<Mean> result = new ArrayList<>();
    weights.forEach((path, value) -> result.add(new Mean(path, "weight", value)));
    means.forEach((path, mean) -> result.add(new Mean(path, "activity", mean.result())));
    return result;
  }
}
