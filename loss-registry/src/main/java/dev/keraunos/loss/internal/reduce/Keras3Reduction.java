package dev.keraunos.loss.internal.reduce;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.Shape;
import java.util.Optional;

/**
 * {@code Loss.__call__} of Keras 3: the sum of weighted scores over the number of unmasked ones, or
 * over the sum of the weights.
 */
record Keras3Reduction(Dialect dialect) implements Reduction {
  @Override
  public Weighting weigh(Request request) {
    Optional<Grid> mask =
        request.mask().isPresent() && request.valid().isPresent()
            ? Optional.of(request.mask().get().times(request.valid().get()))
            : request.mask().or(request::valid);
    Optional<Grid> scaled = mask.map(m -> request.mode() == Mode.MEAN ? scale(m) : m);
    Optional<Grid> weight = merge(scaled, request.weight(), dialect);
    Shape scores = request.scores();
    Grid product = weight.map(w -> fit(w, scores, dialect)).orElse(Grid.scalar(1));
    Shape fitted = weight.map(w -> fit(scores, w.shape(), dialect)).orElse(scores);
    Shape full = fitted.broadcast(product.shape());
    double divisor = full.rank() == 0 ? 1 : full.size();
    String words = mask.isPresent() ? "number of unmasked scores" : "number of scores";
    if (request.mode() == Mode.SUM) {
      divisor = 1;
      words = "1";
    } else if (request.mode() == Mode.MEAN_WITH_SAMPLE_WEIGHT
        && weight.isPresent()
        && full.rank() > 0) {
      divisor = weight.get().sum();
      words = "sum of weights";
    }
    double factor = divisor == 0 && dialect.has(Quirk.DIVIDES_BY_ZERO_SAFELY) ? 0 : 1 / divisor;
    return new Weighting(fitted, product, factor, words);
  }

  /** A mask such that the mean over all positions is the mean over the unmasked ones. */
  private Grid scale(Grid mask) {
    double valid = mask.sum();
    if (dialect.has(Quirk.MASK_DIVISOR_HAS_EPSILON)) {
      return mask.times(mask.size() / (valid + TfKerasReduction.EPSILON));
    }
    return valid == 0 ? mask.times(0) : mask.times(mask.size() / valid);
  }

  /** {@code apply_mask}: the mask as weights, or both multiplied. */
  static Optional<Grid> merge(Optional<Grid> mask, Optional<Grid> weight, Dialect dialect) {
    if (mask.isEmpty() || weight.isEmpty()) {
      return mask.isPresent() ? mask : weight;
    }
    Grid w = fit(weight.get(), mask.get().shape(), dialect);
    Grid product = w.times(fit(mask.get(), weight.get().shape(), dialect));
    if (!product.shape().equals(w.shape()) && dialect.has(Quirk.WEIGHTS_TAKE_NO_LARGER_MASK)) {
      throw new InputException(
          "sample weights "
              + weight.get().shape()
              + " beside a mask "
              + mask.get().shape()
              + ": "
              + dialect.keras()
              + " refuses them on NumPy; give weights of the mask's shape");
    }
    return Optional.of(product);
  }

  /** x after {@code squeeze_or_expand_to_same_rank} with another. */
  static Grid fit(Grid x, Shape other, Dialect dialect) {
    return x.reshape(fit(x.shape(), other, dialect));
  }

  /** The shape of x after {@code squeeze_or_expand_to_same_rank} with another. */
  static Shape fit(Shape x, Shape other, Dialect dialect) {
    boolean expands = dialect.has(Quirk.EXPANDS_VECTORS_TOO);
    if (x.rank() == other.rank() + 1 && Grid.isColumn(x) && !(expands && other.rank() == 1)) {
      return x.without(-1);
    }
    boolean grows =
        x.rank() + 1 == other.rank() && Grid.isColumn(other) && expands && x.rank() == 1;
    return grows ? x.insert(x.rank(), 1) : x;
  }
}
