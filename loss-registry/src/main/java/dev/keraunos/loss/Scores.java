package dev.keraunos.loss;

import dev.keraunos.graph.Value;
import java.util.Optional;

/**
 * What a loss returns.
 *
 * @param values one number per sample or position
 * @param valid bool in the shape of the values, false where a position does not count; empty if all
 *     do. Keras attaches it for {@code ignore_class}.
 */
public record Scores(Value values, Optional<Value> valid) {
  /** Scores that all count. */
  public static Scores of(Value values) {
    return new Scores(values, Optional.empty());
  }
}
