package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.engine.onednn.internal.step.View;

/**
 * A matrix of bytes and the scales that turn them into weights.
 *
 * @param bytes of inputs and outputs, in whichever order the graph has them
 * @param scales in the same order, an entry for each block of as many inputs
 */
public record BlockWeights(View bytes, View scales) {}
