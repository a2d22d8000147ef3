package dev.keraunos.hdf5.internal.index;

import dev.keraunos.tensor.Shape;

/**
 * A block of a dataset's data, packed by itself.
 *
 * @param offset of its first element in the dataset
 * @param unapplied bit i is set if filter i was left out
 */
public record Chunk(Shape offset, long address, int size, int unapplied) {}
