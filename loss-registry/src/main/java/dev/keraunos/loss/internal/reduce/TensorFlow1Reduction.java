package dev.keraunos.loss.internal.reduce;

import dev.keraunos.tensor.Shape;
import java.util.Optional;

/**
 * {@code weighted_masked_objective} of Keras inside TensorFlow 1.9 to 1.13: scores times weights
 * over the sum of the weights, of which the mask is a factor. Of a loss without either a single 1
 * stands for the weights, which fits scores of up to two axes; those of further axes are averaged
 * by sample and summed.
 *
 * @param ofLoss false for a metric, which is a plain mean then
 */
record TensorFlow1Reduction(boolean ofLoss) implements Reduction {
  @Override
  public Weighting weigh(Request request) {
    Shape scores = request.scores();
    Optional<Grid> given = Keras23Reduction.merge(request.mask(), request.weight());
    if (given.isEmpty()) {
      return unweighted(scores, ofLoss);
    }
    Grid weight = TfKerasReduction.fitRank(given.get(), scores).padTo(scores.rank());
    Grid product = weight.expand(Grid.broadcast(scores, weight.shape()));
    double sum = product.sum();
    return new Weighting(scores, product, sum == 0 ? 0 : 1 / sum, "sum of weights");
  }

  /** The mean, of a loss times the number of samples where the scores have more than two axes. */
  private static Weighting unweighted(Shape scores, boolean ofLoss) {
    boolean sums = ofLoss && scores.rank() > 2;
    double scale = (sums ? scores.dim(0) : 1.0) / scores.size();
    return new Weighting(
        scores, Grid.scalar(1), scale, sums ? "scores of a sample" : "number of scores");
  }
}
