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
 * @param activation that made the value of the logits, where it is known which
 */
public record Prediction(
    Value value, Optional<Value> logits, Dialect dialect, Optional<Activation> activation) {
  private static final Dialect NEWEST = Dialect.parse("3.15.1:jax");

  /**
   * What made a value.
   *
   * @param name {@code sigmoid} or {@code softmax}
   * @param isOfFunction whether it was a function of TensorFlow and no activation of Keras: behind
   *     {@code tf.nn.softmax} Keras finds the logits for categorical crossentropies alone, behind
   *     {@code tf.sigmoid} for binary ones
   */
  public record Activation(String name, boolean isOfFunction) {}

  /** An output of which it is not known what made it of the logits, where they are given. */
  public Prediction(Value value, Optional<Value> logits, Dialect dialect) {
    this(value, logits, dialect, Optional.empty());
  }

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
