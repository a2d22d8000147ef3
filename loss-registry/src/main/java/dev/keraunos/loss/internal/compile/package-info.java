/** Losses and metrics as they were compiled, looked up. */
package dev.keraunos.loss.internal.compile;
