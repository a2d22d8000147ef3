/**
 * From a saved Keras model to a graph: archives, configuration, topology, weights, layers.
 *
 * <p>The way of the data is {@code archive} (file to config tree and stored arrays), {@code
 * topology} (config tree to layers and calls, each config read through {@code config}), {@code
 * weights} (stored arrays to the variables of each layer).
 */
package dev.keraunos.importer;
