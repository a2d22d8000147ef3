/** What the losses and metrics that Keras brings have in common. */
package dev.keraunos.loss.internal.builtin;
