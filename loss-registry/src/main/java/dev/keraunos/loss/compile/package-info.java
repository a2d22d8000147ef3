/**
 * What a model was compiled with: its losses, weights and metrics by output, as each Keras reads
 * them.
 */
package dev.keraunos.loss.compile;
