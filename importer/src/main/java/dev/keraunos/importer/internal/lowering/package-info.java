/**
 * From layers and calls to a graph: {@link dev.keraunos.importer.internal.lowering.ModelLowering}
 * is the entry point. It applies the row of each layer's class and tells all gaps at once.
 */
package dev.keraunos.importer.internal.lowering;
