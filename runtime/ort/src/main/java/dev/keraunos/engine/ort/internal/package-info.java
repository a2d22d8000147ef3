/** The engine on ONNX Runtime. */
package dev.keraunos.engine.ort.internal;
