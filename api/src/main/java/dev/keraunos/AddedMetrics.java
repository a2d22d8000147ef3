package dev.keraunos;

import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code Model.add_metric} of tf.keras was given: the mean over all numbers that a tensor
 * holds in any batch.
 */
final class AddedMetrics {
  private static final String PREFIX = "metric ";

  private final Map<String, Value> tensors = new LinkedHashMap<>();
  private final Map<String, Double> sums = new LinkedHashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();

  private AddedMetrics() {}

  static AddedMetrics of(KerasModel model) {
    AddedMetrics added = new AddedMetrics();
    for (LoweredModel.Metric metric : model.imported().lowered().metrics()) {
      if (metric.isMean()) {
        added.tensors.put(metric.name(), metric.value());
      } else {
        model
            .warnings()
            .accept("metric '" + metric.name() + "' of " + metric.path() + " is not computed");
      }
    }
    return added;
  }

  /** Nothing, for whoever reports no metrics. */
  static AddedMetrics none() {
    return new AddedMetrics();
  }

  /** What the model must compute for them. */
  Map<String, Value> wanted() {
    Map<String, Value> wanted = new LinkedHashMap<>();
    tensors.forEach((name, value) -> wanted.put(PREFIX + name, value));
    return wanted;
  }

  /** Adds a batch. */
  void add(Map<String, Tensor> computed) {
    for (String name : tensors.keySet()) {
      Tensor tensor = computed.get(PREFIX + name);
      double sum = 0;
      for (long i = 0; i < tensor.size(); i++) {
        sum += tensor.getDouble(i);
      }
      sums.merge(name, sum, Double::sum);
      counts.merge(name, tensor.size(), Long::sum);
    }
  }

  /** By name, as evaluate reports them. */
  Map<String, Double> result() {
    Map<String, Double> result = new LinkedHashMap<>();
    sums.forEach((name, sum) -> result.put(name, sum / counts.get(name)));
    return result;
  }
}
