/** From a graph and the types of its inputs to steps, and from a batch to parts worth a run. */
package dev.keraunos.engine.onednn.internal.plan;
