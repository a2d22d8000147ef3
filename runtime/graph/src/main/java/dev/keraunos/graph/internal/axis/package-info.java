/** What operations do to axes, and what follows for the samples of a batch. */
package dev.keraunos.graph.internal.axis;
