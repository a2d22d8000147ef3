/** Derivatives of values, in the vocabulary of the values themselves. */
package dev.keraunos.graph.internal.gradient;
