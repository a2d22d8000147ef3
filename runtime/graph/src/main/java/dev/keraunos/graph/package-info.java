/**
 * The intermediate representation: a closed set of operations ({@link dev.keraunos.graph.Op}),
 * graphs of them, and the vocabulary ({@link dev.keraunos.graph.Ops}) in which layers, losses and
 * lambdas are written.
 */
package dev.keraunos.graph;
