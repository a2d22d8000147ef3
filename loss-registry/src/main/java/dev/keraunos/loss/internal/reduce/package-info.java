/** From scores to a loss and from values to a metric, as each Keras weighs, masks and divides. */
package dev.keraunos.loss.internal.reduce;
