package dev.keraunos.loss.registry;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.internal.names.Registry;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Metric;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.loss.Regularizer;
import dev.keraunos.loss.internal.crossentropy.BinaryCrossentropy;
import dev.keraunos.loss.internal.crossentropy.BinaryFocalCrossentropy;
import dev.keraunos.loss.internal.crossentropy.CategoricalCrossentropy;
import dev.keraunos.loss.internal.crossentropy.CategoricalFocalCrossentropy;
import dev.keraunos.loss.internal.crossentropy.Ctc;
import dev.keraunos.loss.internal.crossentropy.GeneralizedCrossentropy;
import dev.keraunos.loss.internal.crossentropy.SparseCategoricalCrossentropy;
import dev.keraunos.loss.internal.distance.CategoricalHinge;
import dev.keraunos.loss.internal.distance.Circle;
import dev.keraunos.loss.internal.distance.CosineSimilarity;
import dev.keraunos.loss.internal.distance.ElementLoss;
import dev.keraunos.loss.internal.distance.Huber;
import dev.keraunos.loss.internal.distance.Overlap;
import dev.keraunos.loss.internal.metric.Accuracies;
import dev.keraunos.loss.internal.metric.Auc;
import dev.keraunos.loss.internal.metric.BatchMetrics;
import dev.keraunos.loss.internal.metric.ConfusionCounts;
import dev.keraunos.loss.internal.metric.ConfusionMetric;
import dev.keraunos.loss.internal.metric.ConstrainedMetric;
import dev.keraunos.loss.internal.metric.FBetaScore;
import dev.keraunos.loss.internal.metric.MeanIou;
import dev.keraunos.loss.internal.metric.MeanMetrics;
import dev.keraunos.loss.internal.metric.R2Score;
import dev.keraunos.tensor.Tensor;
import java.util.OptionalDouble;

/** What Keras itself brings, under all its names. */
final class BuiltIns {
  static final String BINARY = "binary_crossentropy";
  static final String CATEGORICAL = "categorical_crossentropy";
  static final String SPARSE = "sparse_categorical_crossentropy";

  /** Keys that every object may carry: none changes what its function computes. */
  private static final String[] MEANINGLESS = {"name", "dtype", "fn", "reduction"};

  private BuiltIns() {}

  private interface Reader<T> {
    T of(Config config);
  }

  /** Takes the rows of a table. */
  private interface Rows<T> {
    void put(Reader<? extends T> reader, String name, String... aliases);
  }

  /** Reads the settings of one object, all of them. */
  private static <T> T read(String kind, String name, Config saved, Reader<? extends T> reader) {
    Config config = new Config(saved.json(), kind + " '" + name + "'");
    T made = reader.of(config);
    config.ignore(MEANINGLESS);
    config.requireAllRead();
    return made;
  }

  static void losses(Registry<LossFactory> table) {
    Rows<Loss> losses =
        (reader, name, aliases) ->
            table.put(config -> read("loss", name, config, reader), name, aliases);
    losses.put(BinaryCrossentropy::new, BINARY, "bce", "BCE");
    losses.put(CategoricalCrossentropy::new, CATEGORICAL);
    losses.put(SparseCategoricalCrossentropy::new, SPARSE);
    losses.put(BinaryFocalCrossentropy::new, "binary_focal_crossentropy");
    losses.put(CategoricalFocalCrossentropy::new, "categorical_focal_crossentropy");
    losses.put(
        GeneralizedCrossentropy::new,
        "categorical_generalized_cross_entropy",
        "CategoricalGeneralizedCrossEntropy");
    losses.put(config -> ElementLoss.squaredError(), "mean_squared_error", "mse", "MSE");
    losses.put(config -> ElementLoss.absoluteError(), "mean_absolute_error", "mae", "MAE");
    losses.put(
        config -> ElementLoss.absolutePercentageError(),
        "mean_absolute_percentage_error",
        "mape",
        "MAPE");
    losses.put(
        config -> ElementLoss.squaredLogarithmicError(),
        "mean_squared_logarithmic_error",
        "msle",
        "MSLE");
    losses.put(config -> ElementLoss.hinge(), "hinge");
    losses.put(config -> ElementLoss.squaredHinge(), "squared_hinge");
    losses.put(config -> new CategoricalHinge(), "categorical_hinge");
    losses.put(config -> ElementLoss.logCosh(), "logcosh", "log_cosh", "LogCosh");
    losses.put(Huber::new, "huber_loss", "huber", "Huber");
    losses.put(
        config -> ElementLoss.klDivergence(),
        "kullback_leibler_divergence",
        "kl_divergence",
        "kld",
        "KLD",
        "KLDivergence");
    losses.put(config -> ElementLoss.poisson(), "poisson", "Poisson");
    losses.put(
        CosineSimilarity::new,
        "cosine_proximity",
        "cosine_similarity",
        "cosine",
        "CosineSimilarity",
        "CosineProximity");
    losses.put(Overlap::dice, "dice", "Dice");
    losses.put(Overlap::tversky, "tversky", "Tversky");
    losses.put(Circle::new, "circle", "Circle");
    losses.put(config -> new Ctc(), "ctc", "CTC");
  }

  static void metrics(Registry<MetricFactory> table) {
    Rows<Metric> metrics =
        (reader, name, aliases) ->
            table.put(config -> read("metric", name, config, reader), name, aliases);
    metrics.put(config -> Accuracies.equality(), "Accuracy");
    metrics.put(
        config -> Accuracies.binary(config.get("threshold").number(0.5)), "binary_accuracy");
    metrics.put(config -> Accuracies.categorical(), "categorical_accuracy");
    metrics.put(config -> Accuracies.sparseCategorical(), "sparse_categorical_accuracy");
    metrics.put(config -> Accuracies.topK(k(config)), "top_k_categorical_accuracy");
    metrics.put(BuiltIns::sparseTopK, "sparse_top_k_categorical_accuracy");
    metrics.put(
        MeanMetrics::cosineSimilarity,
        "cosine_proximity",
        "cosine_similarity",
        "cosine",
        "CosineSimilarity");
    metrics.put(config -> MetricFunction.of(ElementLoss.logCosh()), "logcosh", "LogCoshError");
    metrics.put(config -> MeanMetrics.rootMeanSquaredError(), "root_mean_squared_error");
    metrics.put(MeanMetrics::meanRelativeError, "mean_relative_error");
    metrics.put(MeanMetrics::pearsonCorrelation, "pearson_correlation");
    metrics.put(MeanMetrics::concordanceCorrelation, "concordance_correlation");
    metrics.put(config -> batch(BatchMetrics::precision), "batch_precision");
    metrics.put(config -> batch(BatchMetrics::recall), "batch_recall");
    metrics.put(config -> batch(BatchMetrics::fMeasure), "batch_fmeasure", "batch_fbeta_score");
    metrics.put(config -> batch(BatchMetrics::matthewsCorrelation), "batch_matthews_correlation");
    statefulMetrics(metrics);
  }

  private static MetricFunction batch(MetricFunction function) {
    return function;
  }

  private static void statefulMetrics(Rows<Metric> metrics) {
    metrics.put(MeanIou::ofIds, "mean_io_u");
    metrics.put(MeanIou::ofIds, "io_u");
    metrics.put(MeanIou::ofOneHot, "one_hot_mean_io_u");
    metrics.put(MeanIou::ofOneHot, "one_hot_io_u");
    metrics.put(MeanIou::binary, "binary_io_u");
    confusion(metrics, "true_positives", ConfusionCounts::truePositives);
    confusion(metrics, "true_negatives", ConfusionCounts::trueNegatives);
    confusion(metrics, "false_positives", ConfusionCounts::falsePositives);
    confusion(metrics, "false_negatives", ConfusionCounts::falseNegatives);
    confusion(metrics, "precision", ConfusionCounts::precision);
    confusion(metrics, "recall", ConfusionCounts::recall);
    constrained(
        metrics,
        "sensitivity",
        "specificity",
        ConfusionCounts::recall,
        ConfusionCounts::specificity);
    constrained(
        metrics,
        "specificity",
        "sensitivity",
        ConfusionCounts::specificity,
        ConfusionCounts::recall);
    constrained(
        metrics, "precision", "recall", ConfusionCounts::precision, ConfusionCounts::recall);
    constrained(
        metrics, "recall", "precision", ConfusionCounts::recall, ConfusionCounts::precision);
    metrics.put(Auc::new, "auc", "AUC");
    metrics.put(FBetaScore::new, "fbeta_score", "FBetaScore");
    metrics.put(FBetaScore::new, "f1_score", "F1Score");
    metrics.put(R2Score::new, "r2_score", "R2Score");
  }

  private static void confusion(Rows<Metric> metrics, String name, ConfusionMetric.Figure figure) {
    metrics.put(config -> new ConfusionMetric(config, figure), name);
  }

  private static void constrained(
      Rows<Metric> metrics,
      String wanted,
      String constrained,
      ConfusionMetric.Figure wantedFigure,
      ConfusionMetric.Figure constrainedFigure) {
    metrics.put(
        config -> new ConstrainedMetric(config, constrained, constrainedFigure, wantedFigure),
        wanted + "_at_" + constrained);
  }

  private static int k(Config config) {
    return config.get("k").count(5, 1);
  }

  private static Metric sparseTopK(Config config) {
    return config.get("from_sorted_ids").bool(false)
        ? Accuracies.sparseTopKOfIds(k(config))
        : Accuracies.sparseTopK(k(config));
  }

  /** What {@code Model.add_loss} was given is a penalty itself. */
  private static double added(Tensor loss) {
    if (loss.size() != 1) {
      throw new InputException(
          "a loss added by AddLoss has the shape "
              + loss.shape()
              + "; only scalars add up as Keras adds them: reduce it before add_loss");
    }
    return loss.getDouble(0);
  }

  static void regularizers(Registry<RegularizerFactory> table) {
    Rows<Regularizer> regularizers =
        (reader, name, aliases) ->
            table.put(config -> read("regularizer", name, config, reader), name, aliases);
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
    regularizers.put(BuiltIns::orthogonal, "orthogonal_regularizer", "OrthogonalRegularizer");
    regularizers.put(BuiltIns::eigenvalue, "EigenvalueRegularizer");
    regularizers.put(config -> BuiltIns::added, "AddLoss");
  }

  private static Regularizer orthogonal(Config config) {
    double factor = config.get("factor").number(0.01);
    String mode = config.get("mode").oneOf("rows", "rows", "columns");
    return Regularizer.orthogonal(factor, mode.equals("rows"));
  }

  private static Regularizer eigenvalue(Config config) {
    OptionalDouble k = config.get("k").optionalNumber();
    if (k.isEmpty()) {
      throw new InputException(
          "Keras 1 does not save the factor k of EigenvalueRegularizer; say what it was:"
              + " LossRegistry.builder().regularizer(\"EigenvalueRegularizer\", config ->"
              + " Regularizer.eigenvalue(0.1))");
    }
    return Regularizer.eigenvalue(k.getAsDouble());
  }

  /**
   * Keras names the factor of {@code l1} and {@code l2} after them, and {@code l} once upon a time.
   */
  private static Regularizer l1l2(Config config, double l1, double l2) {
    double l = config.get("l").number(Double.NaN);
    return Regularizer.l1l2(
        config.get("l1").number(l1 == 0 || Double.isNaN(l) ? l1 : l),
        config.get("l2").number(l2 == 0 || Double.isNaN(l) ? l2 : l));
  }
}
