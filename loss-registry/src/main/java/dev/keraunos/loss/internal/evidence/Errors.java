package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.compile.CompiledOutput;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;

/** Keras' losses by kind, and the regression losses of one element, in double precision. */
public final class Errors {
  private static final double EPSILON = 1e-7;
  private static final Map<String, DoubleBinaryOperator> ELEMENTS =
      Map.of(
          "mean_squared_error", (y, p) -> (p - y) * (p - y),
          "mean_absolute_error", (y, p) -> Math.abs(p - y),
          "mean_absolute_percentage_error",
              (y, p) -> 100 * Math.abs(y - p) / Math.max(Math.abs(y), EPSILON),
          "mean_squared_logarithmic_error",
              (y, p) -> {
                double d = Math.log1p(Math.max(p, EPSILON)) - Math.log1p(Math.max(y, EPSILON));
                return d * d;
              },
          "logcosh",
              (y, p) -> Math.abs(p - y) + Math.log1p(Math.exp(-2 * Math.abs(p - y))) - Math.log(2));
  private static final Set<String> CROSSENTROPIES =
      Set.of("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy");

  private static final Set<String> OVERLAPS = Set.of("dice", "tversky");

  private Errors() {}

  /** The loss of an element, given target and prediction; empty for losses of another kind. */
  public static Optional<DoubleBinaryOperator> of(CompiledOutput setup) {
    if (!setup.isOfKeras()) {
      return Optional.empty();
    }
    if (setup.lossName().equals("huber_loss")) {
      double delta = setup.settings().path("delta").asDouble(1);
      return Optional.of(
          (y, p) -> {
            double d = Math.abs(p - y);
            return d <= delta ? d * d / 2 : delta * (d - delta / 2);
          });
    }
    return Optional.ofNullable(ELEMENTS.get(setup.lossName()));
  }

  /** True for Keras' own crossentropies of two or more classes. */
  public static boolean isCrossentropy(CompiledOutput setup) {
    return setup.isOfKeras() && CROSSENTROPIES.contains(setup.lossName());
  }

  /** True if predictions are logits, as the loss was told, and not what an activation made. */
  public static boolean areLogits(CompiledOutput setup, Optional<String> activation) {
    return setup.isOfKeras()
        && setup.settings().path("from_logits").asBoolean(false)
        && activation.isEmpty();
  }

  /** True for the one that takes the channels one by one. */
  public static boolean isBinary(CompiledOutput setup) {
    return setup.isOfKeras() && setup.lossName().equals("binary_crossentropy");
  }

  /** True for the overlaps, Dice and Tversky. */
  public static boolean isOverlap(CompiledOutput setup) {
    return setup.isOfKeras() && OVERLAPS.contains(setup.lossName());
  }

  /** The axis of the classes that a loss is told, from 0. */
  public static int classAxis(CompiledOutput setup, int rank) {
    int axis = setup.settings().path("axis").asInt(-1);
    return axis < 0 ? axis + rank : axis;
  }

  /** True for the divergence of distributions. */
  public static boolean isDivergence(CompiledOutput setup) {
    return setup.isOfKeras() && setup.lossName().equals("kullback_leibler_divergence");
  }
}
