/**
 * The engine in plain Java: every operation, no native code. It defines what the operations mean.
 */
package dev.keraunos.engine.internal.reference;
