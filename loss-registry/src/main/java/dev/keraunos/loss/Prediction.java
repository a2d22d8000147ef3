package dev.keraunos.loss;

import dev.keraunos.graph.Value;
import java.util.Optional;

/**
 * A model's output as losses and metrics see it.
 *
 * @param value the output itself
 * @param logits what went into the sigmoid or softmax that made the value, where the model ends in
 *     one
 * @param dialect whose numbers to reproduce
 */
public record Prediction(Value value, Optional<Value> logits, Dialect dialect) {}
