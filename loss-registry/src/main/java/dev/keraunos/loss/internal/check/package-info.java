/**
 * Checks a loss ported to Java: {@link dev.keraunos.loss.internal.check.LossPortCheck} compares a
 * {@link dev.keraunos.loss.Loss} to a {@link dev.keraunos.loss.internal.check.LossRecording}.
 */
package dev.keraunos.loss.internal.check;
