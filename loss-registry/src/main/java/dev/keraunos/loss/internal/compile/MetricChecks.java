package dev.keraunos.loss.internal.compile;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/** Metrics that measure something else than the task, as far as the first batch shows. */
public final class MetricChecks {
  private static final Set<String> ACCURACIES =
      Set.of("binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "Accuracy");
  private static final Set<String> REGRESSIONS =
      Set.of(
          "mean_squared_error",
          "mean_absolute_error",
          "mean_absolute_percentage_error",
          "mean_squared_logarithmic_error",
          "logcosh",
          "huber_loss");
  private static final double EVEN = 1e-5;
  private static final int USUAL_K = 5;

  private final CompiledOutput setup;
  private final Warnings warnings;

  /** Checks of one output. */
  public MetricChecks(CompiledOutput setup, Warnings warnings) {
    this.setup = setup;
    this.warnings = warnings;
  }

  /** True for an accuracy beside the error of numbers, whatever the targets. */
  public static boolean isAccuracyOfNumbers(CompiledOutput setup, String kind) {
    return setup.isOfKeras() && ACCURACIES.contains(kind) && REGRESSIONS.contains(setup.lossName());
  }

  /** True for the accuracy of vectors beside class numbers. */
  public static boolean isOfClassNumbers(String kind, Shape yTrue, Shape yPred) {
    long width = yPred.rank() == 0 ? 1 : yPred.dim(-1);
    return kind.equals("categorical_accuracy") && width > 1 && yTrue.size() * width == yPred.size();
  }

  /** True for a precision or recall that counts all columns together. */
  public static boolean isOfAllColumns(CompiledMetric metric) {
    return (metric.kind().equals("precision") || metric.kind().equals("recall"))
        && !metric.settings().hasNonNull("class_id")
        && !metric.settings().hasNonNull("top_k");
  }

  /** True for the accuracy of vectors or class numbers beside a single channel. */
  public static boolean isOfOneChannel(String kind, Shape yPred) {
    return (kind.equals("categorical_accuracy") || kind.equals("sparse_categorical_accuracy"))
        && (yPred.rank() == 0 || yPred.dim(-1) == 1);
  }

  /** How many of the largest channels a top-k accuracy looks at. */
  public static int topK(CompiledMetric metric) {
    return metric.settings().path("k").asInt(USUAL_K);
  }

  /** True for a top-k accuracy of no more than k channels. */
  public static boolean isOfAllChannels(CompiledMetric metric, String kind, Shape yPred) {
    return kind.endsWith("top_k_categorical_accuracy")
        && yPred.rank() > 0
        && topK(metric) >= yPred.dim(-1);
  }

  /** Warns of what the targets and predictions of a batch show. */
  public void check(Tensor yTrue, Tensor yPred) {
    for (CompiledMetric metric : setup.metrics()) {
      String kind = metric.kind(yTrue.shape(), yPred.shape());
      found(metric, kind, yTrue, yPred)
          .ifPresent(
              what ->
                  warnings.add(
                      Warnings.METRIC,
                      "output '"
                          + setup.output().name()
                          + "': metric '"
                          + metric.name()
                          + "' "
                          + what));
    }
  }

  private Optional<String> found(CompiledMetric metric, String kind, Tensor yTrue, Tensor yPred) {
    if (isOfClassNumbers(kind, yTrue.shape(), yPred.shape())) {
      return Optional.of(
          "is categorical_accuracy, but the targets are class numbers: it counts predictions of"
              + " class 0; compile with sparse_categorical_accuracy");
    }
    if (isAccuracyOfNumbers(setup, kind) && !areZerosAndOnes(yTrue)) {
      return Optional.of(
          "is an accuracy of numbers, which says nothing of a regression; use mae or r2_score");
    }
    if (isOfOneChannel(kind, yPred.shape())) {
      return Optional.of(
          "asks which of the channels is largest, and there is one; use binary_accuracy");
    }
    if (isOfAllChannels(metric, kind, yPred.shape())) {
      return Optional.of(
          "looks among as many channels as there are, so it is always 1; give it a smaller k");
    }
    if (kind.equals("binary_accuracy") && areSigns(yTrue)) {
      return Optional.of("says 0 or 1, and the targets are -1 or 1; give it targets of 0 and 1");
    }
    boolean columns =
        isOfAllColumns(metric)
            && yTrue.size() == yPred.size()
            && sumToOne(yTrue)
            && sumToOne(yPred);
    return columns
        ? Optional.of(
            "counts all columns together, though a position has one class; give it class_id")
        : Optional.empty();
  }

  private static boolean areSigns(Tensor yTrue) {
    boolean minus = false;
    for (long i = 0; i < yTrue.size(); i++) {
      double y = yTrue.getDouble(i);
      if (y != -1 && y != 1) {
        return false;
      }
      minus |= y == -1;
    }
    return minus;
  }

  private static boolean areZerosAndOnes(Tensor yTrue) {
    for (double y : yTrue.toDoubleArray()) {
      if (y != 0 && y != 1) {
        return false;
      }
    }
    return true;
  }

  private static boolean sumToOne(Tensor tensor) {
    int width = tensor.shape().rank() < 2 ? 1 : (int) tensor.shape().dim(-1);
    double[] values = tensor.toDoubleArray();
    for (int i = 0; i < values.length; i += width) {
      double sum = 0;
      for (int k = i; k < i + width; k++) {
        sum += values[k];
      }
      if (width == 1 || Math.abs(sum - 1) > EVEN) {
        return false;
      }
    }
    return true;
  }
}
