/** The wire format of ONNX files. */
package dev.keraunos.onnx.internal.proto;
