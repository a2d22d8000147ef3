package dev.keraunos.loss.internal.observe;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import java.util.Map;
import java.util.Optional;

/**
 * The graph of a loss before it is compiled.
 *
 * @param scores what the loss gives
 * @param outputs what is computed, by name; more may be put in
 */
public record ScoreGraph(
    Value yTrue,
    Value yPred,
    Optional<Value> logits,
    Value scores,
    Dialect dialect,
    Map<String, Value> outputs) {
  /** The name of the scores among the outputs. */
  public static final String SCORES = "scores";
}
