/** Tensors on the host: element type, shape and off-heap memory. */
package dev.keraunos.tensor;
