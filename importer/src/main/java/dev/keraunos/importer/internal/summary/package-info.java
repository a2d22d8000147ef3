/**
 * What a model file holds, for people: {@link ModelContents} is the whole of it, layer by layer;
 * {@link ModelSummary} sums it up, and {@link dev.keraunos.importer.internal.diff} compares two.
 */
package dev.keraunos.importer.internal.summary;
