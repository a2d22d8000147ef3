/**
 * The layer table: one row per Keras class, each lowered to operations by a short function. {@link
 * dev.keraunos.importer.layers.ModelLowering} walks a topology and applies it.
 */
package dev.keraunos.importer.layers;
