/**
 * Features of tables and texts: {@link dev.keraunos.importer.internal.feature.FeatureLayers} has
 * the rows. Whole numbers become categories in operations of the graph, texts before the graph
 * runs.
 */
package dev.keraunos.importer.internal.feature;
