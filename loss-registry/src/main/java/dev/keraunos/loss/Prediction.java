package dev.keraunos.loss;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import java.util.Optional;

/**
 * A model's output as losses and metrics see it.
 *
 * @param value the output itself
 * @param logits what went into the sigmoid or softmax that made the value, where the model ends in
 *     one
 * @param dialect whose numbers to reproduce
 */
public record Prediction(Value value, Optional<Value> logits, Dialect dialect) {
  private static final Dialect NEWEST = Dialect.parse("3.15.1:jax");

  /**
   * An output without known logits, as the newest Keras sees it on a backend that would not look at
   * them.
   */
  public static Prediction of(Value value) {
    return new Prediction(value, Optional.empty(), NEWEST);
  }

  /** Another tensor in place of the value, whose logits are therefore unknown. */
  public Prediction with(Value other) {
    return new Prediction(other, Optional.empty(), dialect);
  }
}
