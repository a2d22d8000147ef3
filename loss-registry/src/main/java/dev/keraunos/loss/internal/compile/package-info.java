/**
 * What a model was compiled with, its losses, weights and metrics by output, as each Keras reads
 * them, and these looked up.
 */
package dev.keraunos.loss.internal.compile;
