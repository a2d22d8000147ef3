/**
 * Keras models on the JVM: load, predict, evaluate, explain. {@link dev.keraunos.KerasModel} is
 * where to begin.
 */
package dev.keraunos;
