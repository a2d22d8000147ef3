/** Metrics that Keras brings. */
package dev.keraunos.loss.internal.metric;
