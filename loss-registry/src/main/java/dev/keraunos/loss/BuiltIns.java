package dev.keraunos.loss;

import com.fasterxml.jackson.databind.JsonNode;

/** What Keras itself brings, under all its names. */
final class BuiltIns {
  static final String BINARY = "binary_crossentropy";
  static final String CATEGORICAL = "categorical_crossentropy";
  static final String SPARSE = "sparse_categorical_crossentropy";

  private BuiltIns() {}

  static void losses(NameTable<LossFactory> losses) {
    losses.put(BinaryCrossentropy::new, BINARY, "bce", "BCE");
    losses.put(CategoricalCrossentropy::new, CATEGORICAL);
    losses.put(SparseCategoricalCrossentropy::new, SPARSE);
    losses.put(config -> Errors.squared(), "mean_squared_error", "mse", "MSE");
    losses.put(config -> Errors.absolute(), "mean_absolute_error", "mae", "MAE");
  }

  static void metrics(NameTable<MetricFactory> metrics) {
    metrics.put(
        config -> Accuracies.binary(Configs.number(config, "threshold", 0.5)), "binary_accuracy");
    metrics.put(config -> Accuracies.categorical(), "categorical_accuracy");
    metrics.put(config -> Accuracies.sparseCategorical(), "sparse_categorical_accuracy");
    metrics.put(MeanIou::ofIds, "mean_io_u", "io_u");
    metrics.put(MeanIou::ofOneHot, "one_hot_mean_io_u", "one_hot_io_u");
    metrics.put(MeanIou::binary, "binary_io_u");
  }

  static void regularizers(NameTable<RegularizerFactory> regularizers) {
    regularizers.put(
        config -> l1l2(config, 0, 0),
        "l1_l2",
        "L1L2",
        "L1L2Regularizer",
        "WeightRegularizer",
        "ActivityRegularizer");
    regularizers.put(config -> l1l2(config, 0.01, 0), "l1", "activity_l1");
    regularizers.put(config -> l1l2(config, 0, 0.01), "l2", "activity_l2");
    regularizers.put(config -> l1l2(config, 0.01, 0.01), "l1l2", "activity_l1l2");
  }

  /**
   * Keras names the factor of {@code l1} and {@code l2} after them, and {@code l} once upon a time.
   */
  private static Regularizer l1l2(JsonNode config, double l1, double l2) {
    double l = Configs.number(config, "l", Double.NaN);
    return Regularizer.l1l2(
        Configs.number(config, "l1", l1 == 0 || Double.isNaN(l) ? l1 : l),
        Configs.number(config, "l2", l2 == 0 || Double.isNaN(l) ? l2 : l));
  }
}
