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
 * @param maskingScores whether a mask of two axes more than the weights multiplies the scores
 */
record TensorFlow1Reduction(boolean ofLoss, boolean maskingScores) implements Reduction {
  @Override
  public Weighting weigh(Request request) {
    Shape scores = request.scores();
    if (masksScores(request)) {
      return masked(scores, request.mask().get(), request.weight());
    }
    Optional<Grid> given = Keras23Reduction.merge(request.mask(), request.weight());
    if (given.isEmpty()) {
      return unweighted(scores, ofLoss);
    }
    Grid weight = TfKerasReduction.fitRank(given.get(), scores).padTo(scores.rank());
    Grid product = weight.expand(scores.broadcast(weight.shape()));
    double sum = product.sum();
    return new Weighting(scores, product, sum == 0 ? 0 : 1 / sum, "sum of weights");
  }

  private boolean masksScores(Request request) {
    boolean weighted = ofLoss || request.weight().isPresent();
    int rank = request.weight().map(Grid::rank).orElse(1);
    return maskingScores && weighted && request.mask().filter(m -> m.rank() > rank + 1).isPresent();
  }

  /** The mean of the scores that the mask keeps, by sample, times the weights over their sum. */
  private static Weighting masked(Shape scores, Grid mask, Optional<Grid> weight) {
    Grid weights = weight.orElse(Grid.scalar(1));
    int kept = weight.map(Grid::rank).orElse(1);
    long each = scores.size(kept, scores.rank());
    double mean = mask.sum() / mask.size();
    Grid product = mask.padTo(scores.rank()).times(weights.padTo(scores.rank()));
    double sum = weights.sum();
    return new Weighting(
        scores, product, sum == 0 ? 0 : 1 / (mean * sum * each), "kept scores times weights");
  }

  /** The mean, of a loss times the number of samples where the scores have more than two axes. */
  private static Weighting unweighted(Shape scores, boolean ofLoss) {
    boolean sums = ofLoss && scores.rank() > 2;
    double scale = (sums ? scores.dim(0) : 1.0) / scores.size();
    return new Weighting(
        scores, Grid.scalar(1), scale, sums ? "scores of a sample" : "number of scores");
  }
}
