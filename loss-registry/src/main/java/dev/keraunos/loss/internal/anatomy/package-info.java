/**
 * What the graph of a loss says of its parts: summands, elements, sums, the axis of the classes.
 */
package dev.keraunos.loss.internal.anatomy;
