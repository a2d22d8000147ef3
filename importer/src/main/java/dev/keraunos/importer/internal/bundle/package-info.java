/**
 * TensorFlow's files: tensor bundles, object graphs, SavedModels. Read without TensorFlow; nothing
 * in them is run.
 */
package dev.keraunos.importer.internal.bundle;
