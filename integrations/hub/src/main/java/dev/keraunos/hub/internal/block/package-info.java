/**
 * What rows and models of KerasHub are written with: {@link dev.keraunos.hub.internal.block.Block}
 * for a layer that holds layers, {@link dev.keraunos.hub.internal.block.Functional} for a model.
 */
package dev.keraunos.hub.internal.block;
