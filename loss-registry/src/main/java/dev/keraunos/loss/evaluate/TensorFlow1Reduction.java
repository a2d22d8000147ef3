package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;

/**
 * {@code weighted_masked_objective} of Keras inside TensorFlow 1.9 to 1.12: scores times weights
 * over the sum of the weights. Masks do not reach it. Without weights a single 1 stands for them,
 * which fits scores of up to two axes; those of further axes are averaged by sample and summed.
 */
record TensorFlow1Reduction() implements Reduction {
  @Override
  public Weighting weigh(Request request) {
    Shape scores = request.scores();
    if (request.weight().isEmpty()) {
      return unweighted(scores);
    }
    Grid weight = TfKerasReduction.fitRank(request.weight().get(), scores).padTo(scores.rank());
    Grid product = weight.expand(Grid.broadcast(scores, weight.shape()));
    double sum = product.sum();
    return new Weighting(scores, product, sum == 0 ? 0 : 1 / sum, "sum of weights");
  }

  /** The mean, times the number of samples where the scores have more than two axes. */
  static Weighting unweighted(Shape scores) {
    boolean sums = scores.rank() > 2;
    double scale = (sums ? scores.dim(0) : 1.0) / scores.size();
    return new Weighting(
        scores, Grid.scalar(1), scale, sums ? "scores of a sample" : "number of scores");
  }
}
