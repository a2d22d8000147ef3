package dev.keraunos.loss.internal.reduce;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.Shape;
import java.util.Optional;

/**
 * {@code compute_weighted_loss} of Keras 2.3, which also the graph mode of Keras 2.6 and later
 * runs: the mask multiplies the weights, and the sum is divided by the number of scores.
 */
public record Keras23Reduction(Dialect dialect) implements Reduction {
  @Override
  public Weighting weigh(Request request) {
    Shape scores = request.scores();
    Optional<Grid> weight = merge(request.mask(), request.weight());
    boolean rescales = dialect.has(Quirk.RESCALES_WEIGHTS_BY_MASK);
    if (rescales && request.mode() == Mode.MEAN && request.mask().isPresent()) {
      Grid mask = request.mask().get();
      weight = weight.map(w -> w.times(mask.size() / mask.sum()));
    }
    Grid product = weight.map(w -> fit(w, scores)).orElse(Grid.scalar(1));
    long count = scores.broadcast(product.shape()).size();
    boolean divides = request.mode() != Mode.SUM;
    return new Weighting(
        scores, product, divides ? 1.0 / count : 1, divides ? "number of scores" : "1");
  }

  /** Graph mode broadcasts what one trailing axis more or less does not fit. */
  private Grid fit(Grid weight, Shape scores) {
    int apart = weight.rank() == 0 ? 0 : Math.abs(weight.rank() - scores.rank());
    if (dialect.has(Quirk.WEIGHTS_MUST_FIT_SCORES) && apart > 1) {
      throw new InputException(
          "sample weights "
              + weight.shape()
              + " for scores "
              + scores
              + ": "
              + dialect.keras()
              + " takes weights in the shape of the scores");
    }
    return dialect.has(Quirk.BROADCASTS_WEIGHTS)
        ? TfKerasReduction.fitRank(weight, scores)
        : align(weight, scores);
  }

  /** The mask as weights, or both multiplied after one trailing axis of the weights was adapted. */
  public static Optional<Grid> merge(Optional<Grid> mask, Optional<Grid> weight) {
    if (mask.isEmpty() || weight.isEmpty()) {
      return mask.isPresent() ? mask : weight;
    }
    return Optional.of(
        TfKerasReduction.fitRank(weight.get(), mask.get().shape()).times(mask.get()));
  }

  /** Weights in the rank of the scores: a trailing axis adapted, then axes appended. */
  static Grid align(Grid weight, Shape scores) {
    return scores.rank() == 0
        ? weight
        : TfKerasReduction.fitRank(weight, scores).padTo(scores.rank());
  }
}
