/**
 * Proves a loss ported to Java against what Python computed with the original: {@link
 * dev.keraunos.loss.check.LossPortCheck} compares a {@link dev.keraunos.loss.Loss} to a {@link
 * dev.keraunos.loss.check.LossRecording} and says in a {@link dev.keraunos.loss.check.PortReport}
 * what differs, on which input, and why where that is certain.
 */
package dev.keraunos.loss.check;
