package dev.keraunos.loss.internal.distance;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;

/**
 * {@code keras.losses.dice} and {@code tversky}: 1 less an overlap over some axes, by default over
 * the whole batch.
 */
public final class Overlap extends BuiltInLoss {
  /** The overlap of targets and prediction. */
  private interface Ratio {
    Value of(Value y, Value p, int[] axes);
  }

  private final Ratio ratio;
  private final int[] axes;

  private Overlap(Config config, Ratio ratio) {
    this.ratio = ratio;
    axes = config.get("axis").integersOr();
  }

  public static Overlap dice(Config config) {
    return new Overlap(
        config,
        (y, p, axes) ->
            divide(
                multiply(2, sum(multiply(y, p), axes)),
                add(add(sum(y, axes), sum(p, axes)), Crossentropy.EPSILON)));
  }

  /** Keras' alpha weighs what the prediction misses, its beta what it invents. */
  public static Overlap tversky(Config config) {
    double alpha = config.get("alpha").number(0.5);
    double beta = config.get("beta").number(0.5);
    return new Overlap(
        config,
        (y, p, axes) -> {
          Value common = sum(multiply(y, p), axes);
          Value missed = sum(multiply(subtract(1, p), y), axes);
          Value invented = sum(multiply(p, subtract(1, y)), axes);
          Value all = add(add(common, multiply(missed, alpha)), multiply(invented, beta));
          return divide(common, add(all, Crossentropy.EPSILON));
        });
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Value p = yPred.value();
    return Scores.of(subtract(1, ratio.of(cast(yTrue, p.dtype()), p, axes)));
  }
}
