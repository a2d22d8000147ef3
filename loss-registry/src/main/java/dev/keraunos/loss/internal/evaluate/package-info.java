/** From predictions and targets to the numbers of {@code evaluate}; whoever wants more watches. */
package dev.keraunos.loss.internal.evaluate;
