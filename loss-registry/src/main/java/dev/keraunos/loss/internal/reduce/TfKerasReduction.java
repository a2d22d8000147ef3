package dev.keraunos.loss.internal.reduce;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.Shape;
import java.util.Optional;

/**
 * {@code LossesContainer} and {@code Loss.__call__} of Keras 2.6 to 2.15 and tf_keras: the sum of
 * weighted scores over their number; from 2.11 on over the number of unmasked ones.
 */
public record TfKerasReduction(Dialect dialect) implements Reduction {
  /** {@code keras.backend.epsilon()}. */
  static final double EPSILON = 1e-7;

  @Override
  public Weighting weigh(Request request) {
    Optional<Grid> user = request.weight().map(w -> column(w, request.outputRank()));
    Optional<Grid> weight = Keras23Reduction.merge(request.mask(), user);
    Optional<Grid> counted = counted(request);
    boolean divides = request.mode() != Mode.SUM;
    if (counted.isPresent()) {
      Grid mask = counted.get();
      Grid scaled = request.mode() == Mode.MEAN ? mask.times(mask.size() / mask.sum()) : mask;
      weight = Keras23Reduction.merge(Optional.of(scaled), weight);
    }
    Grid product = weight.map(w -> fitRank(w, request.scores())).orElse(Grid.scalar(1));
    long count = request.scores().broadcast(product.shape()).size();
    String divisor =
        !divides ? "1" : counted.isPresent() ? "number of unmasked scores" : "number of scores";
    return new Weighting(request.scores(), product, divides ? 1.0 / count : 1, divisor);
  }

  /** The mask whose number of positions the loss divides by. */
  private Optional<Grid> counted(Request request) {
    Optional<Grid> mask =
        dialect.has(Quirk.COUNTS_UNMASKED_POSITIONS) ? request.mask() : Optional.empty();
    Optional<Grid> valid =
        dialect.has(Quirk.COUNTS_VALID_POSITIONS) ? request.valid() : Optional.empty();
    return mask.isPresent() && valid.isPresent()
        ? Optional.of(mask.get().times(valid.get()))
        : mask.isPresent() ? mask : valid;
  }

  /** Weights of rank 1 become a column: up to 2.6 always, later beside outputs of rank 2. */
  public Grid column(Grid weight, int outputRank) {
    boolean always = dialect.has(Quirk.WEIGHTS_BECOME_COLUMNS_BESIDE_ALL);
    return weight.rank() == 1 && (always || outputRank == 2) ? weight.padTo(2) : weight;
  }

  /**
   * {@code squeeze_or_expand_dimensions}: a last axis removed or appended where ranks differ by
   * one.
   */
  static Grid fitRank(Grid weight, Shape other) {
    if (weight.rank() == 0) {
      return weight;
    }
    if (weight.rank() == other.rank() + 1) {
      if (!Grid.isColumn(weight.shape())) {
        throw new InputException(
            "sample weights " + weight.shape() + " do not fit scores " + other);
      }
      return weight.reshape(weight.shape().slice(0, other.rank()));
    }
    return weight.rank() + 1 == other.rank() ? weight.padTo(other.rank()) : weight;
  }
}
