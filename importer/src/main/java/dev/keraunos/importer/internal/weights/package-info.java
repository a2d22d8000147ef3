/**
 * From stored arrays to the variables of layers: {@link
 * dev.keraunos.importer.internal.weights.WeightMatcher} is the entry point. Every array is given to
 * a variable and every variable gets one, or the model does not load.
 */
package dev.keraunos.importer.internal.weights;
