package dev.keraunos.importer.internal.archive;

import dev.keraunos.tensor.Tensor;

/**
 * An array of a weights file.
 *
 * @param path in the file, such as {@code /model_weights/dense/dense/kernel:0}
 * @param name the part that says which variable it is: a legacy weight name, or the key in {@code
 *     vars}
 */
public record StoredArray(String path, String name, Tensor value) {}
