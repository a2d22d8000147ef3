package dev.keraunos.loss.internal.reduce;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.Shape;

/**
 * {@code weighted_masked_objective} of Keras 1.0 to 2.2: scores times mask over the mean of the
 * mask, averaged to the rank of the sample weights, times these over the share of them that is not
 * zero, averaged.
 *
 * @param flattens true for a loss whose scores come as one axis where the output has more than
 *     three
 */
record Keras1Reduction(Dialect dialect, boolean flattens) implements Reduction {
  @Override
  public Weighting weigh(Request request) {
    Shape shape = request.scores();
    if (flattens && shape.rank() > 2) {
      requireOneSampleOrPosition(request);
    }
    Grid product = Grid.scalar(1);
    double scale = 1;
    String divisor = "number of scores";
    if (request.mask().isPresent()) {
      Grid mask = request.mask().get();
      product = mask;
      shape = shape.broadcast(mask.shape());
      scale /=
          mask.mean() + (dialect.has(Quirk.MASK_MEAN_HAS_EPSILON) ? TfKerasReduction.EPSILON : 0);
      divisor += " x mean of mask";
    }
    if (request.weight().isPresent()) {
      Grid weight = leading(request.weight().get(), shape);
      shape = shape.broadcast(weight.shape());
      product = product.times(weight);
      scale /= weight.map(w -> w != 0 ? 1 : 0).mean();
      divisor += " x share of weights that are not zero";
    }
    return new Weighting(request.scores(), product, scale / shape.size(), divisor);
  }

  /** Flattened scores meet weights by sample, ones if nobody gave any, and a mask by position. */
  private void requireOneSampleOrPosition(Request request) {
    Shape scores = request.scores();
    boolean fits = scores.dim(0) == 1 || scores.dim(0) == scores.size();
    boolean byPosition = request.weight().map(weight -> weight.rank() > 1).orElse(false);
    if (!fits || byPosition || request.mask().isPresent()) {
      throw new InputException(
          dialect.keras()
              + " loses the positions of scores "
              + scores
              + " with integer targets; evaluate single samples, or as 2.1.2 or later");
    }
  }

  /** Weights align with the leading axes, as the scores were averaged over the others. */
  private static Grid leading(Grid weight, Shape scores) {
    for (int i = 0; i < Math.min(weight.rank(), scores.rank()); i++) {
      if (weight.shape().dim(i) != scores.dim(i)) {
        throw new InputException(
            "sample weights " + weight.shape() + " do not fit scores " + scores);
      }
    }
    return weight.padTo(scores.rank());
  }
}
