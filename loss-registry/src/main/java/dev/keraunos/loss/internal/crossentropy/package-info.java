/** Losses of probabilities and logits. */
package dev.keraunos.loss.internal.crossentropy;
