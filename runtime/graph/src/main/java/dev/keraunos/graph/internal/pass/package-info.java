/** Rewritings of graphs that keep what they compute and make it cheaper. */
package dev.keraunos.graph.internal.pass;
