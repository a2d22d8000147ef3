/**
 * From a saved Keras model to a graph: archives, configuration, topology, weights, lowering.
 *
 * <p>The way of the data is {@code archive} (file to config tree and stored arrays), {@code
 * topology} (config tree to layers and calls), {@code weights} (stored arrays to the variables of
 * each layer), {@code lowering} (layers and calls to a graph). {@code layers} is what users bring
 * along; {@code internal} holds the layer table, the layers that Keras brings, and the functions of
 * {@code keras.ops}.
 */
package dev.keraunos.importer.internal;
