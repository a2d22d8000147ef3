/** From our graph to that of ONNX: a row for each operation, a class for each family of them. */
package dev.keraunos.onnx.internal.lowering;
