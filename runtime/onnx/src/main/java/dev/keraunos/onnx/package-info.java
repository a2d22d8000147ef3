/** Keras models as ONNX files. */
package dev.keraunos.onnx;
