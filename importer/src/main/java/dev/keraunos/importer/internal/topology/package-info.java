/**
 * From a model's config to its layers and their calls: {@link
 * dev.keraunos.importer.internal.topology.ModelTopology#read} is the entry point.
 *
 * <p>Whatever Keras wrote (Sequential as list or dict, functional with any of the node dialects,
 * nested models with their phantom nodes), the result is one form: layers, and calls in an order in
 * which each has its inputs.
 */
package dev.keraunos.importer.internal.topology;
