package dev.keraunos.importer.layers;

import dev.keraunos.graph.Value;

/**
 * A tensor and its mask.
 *
 * @param value any shape
 * @param mask bool, usually (batch, time), true where the step counts; null if there is none
 */
public record Masked(Value value, Value mask) {
  /** A value without a mask. */
  public static Masked unmasked(Value value) {
    return new Masked(value, null);
  }
}
