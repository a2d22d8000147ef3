/** The arithmetic of layers whose weights Keras 3 has quantized. */
package dev.keraunos.importer.internal.quantization;
