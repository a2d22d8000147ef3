package dev.keraunos.loss.internal.reduce;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.Shape;
import java.util.Optional;

/** How the scores of one output and batch become a number; every Keras does it linearly. */
public interface Reduction {
  /**
   * What a loss is asked to do with its scores.
   *
   * @param scores their shape
   * @param outputRank the rank of the prediction
   * @param mask of the prediction; non-zero counts
   * @param valid of the scores, as {@code ignore_class} attaches it
   * @param weight the user's sample weights
   * @param mode the loss object's {@code reduction}
   */
  record Request(
      Shape scores,
      int outputRank,
      Optional<Grid> mask,
      Optional<Grid> valid,
      Optional<Grid> weight,
      Mode mode) {}

  /** The values of {@code reduction}. */
  enum Mode {
    MEAN,
    SUM,
    MEAN_WITH_SAMPLE_WEIGHT,
    NONE;

    public static Mode of(String saved) {
      switch (saved) {
        case "sum":
          return SUM;
        case "none":
          return NONE;
        case "mean_with_sample_weight":
          return MEAN_WITH_SAMPLE_WEIGHT;
        case "":
        case "auto":
        case "mean":
        case "sum_over_batch_size":
          return MEAN;
        default:
          throw new InputException(
              "the 'reduction' of a loss is '"
                  + saved
                  + "'; allowed: sum, sum_over_batch_size, mean, mean_with_sample_weight, none,"
                  + " auto");
      }
    }
  }

  /**
   * The factor of every score in the loss.
   *
   * @param product mask times sample weights, broadcastable with the scores
   * @param scale what remains, the same for all
   * @param divisor in words
   */
  record Weighting(Shape scores, Grid product, double scale, String divisor) {
    /** One coefficient per score, or a single one for all. */
    public Grid coefficients() {
      Shape full = scores.broadcast(product.shape());
      if (product.rank() == 0) {
        return product.times(scale);
      }
      return product.expand(full).collapse(scores).times(scale);
    }
  }

  /** The weighting of a batch. */
  Weighting weigh(Request request);

  /** The reduction of a loss in a dialect; in TensorFlow 1.13 the squared error has its own. */
  static Reduction of(Dialect dialect, String loss) {
    if (dialect.has(Quirk.REDUCES_AS_KERAS_3)) {
      return new Keras3Reduction(dialect);
    }
    if (dialect.has(Quirk.REDUCES_AS_TF_KERAS)) {
      return new TfKerasReduction(dialect);
    }
    boolean isClass =
        loss.equals("mean_squared_error") && dialect.has(Quirk.SQUARED_ERROR_IS_A_CLASS);
    if (dialect.has(Quirk.DIVIDES_BY_SUM_OF_WEIGHTS) && !isClass) {
      return new TensorFlow1Reduction(true, dialect.has(Quirk.MASKS_SCORES_OF_IMAGES));
    }
    boolean flattens =
        loss.equals("sparse_categorical_crossentropy")
            && dialect.has(Quirk.SPARSE_LOSS_LOSES_POSITIONS);
    return dialect.has(Quirk.REDUCES_AS_LOSS_CLASSES)
        ? new Keras23Reduction(dialect)
        : new Keras1Reduction(dialect, flattens);
  }
}
