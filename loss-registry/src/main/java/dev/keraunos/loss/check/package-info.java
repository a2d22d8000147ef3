/**
 * What a loss function alone computes, and whether one ported to Java computes what Python computed
 * with the original: a {@link dev.keraunos.loss.check.PortReport} says what differs, on which
 * input, and why where that is certain. {@code dev.keraunos.fixtures.LossFixture} makes one.
 */
package dev.keraunos.loss.check;
