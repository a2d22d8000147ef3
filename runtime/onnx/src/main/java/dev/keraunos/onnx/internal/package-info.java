/** What other modules of Keraunos use of the export. */
package dev.keraunos.onnx.internal;
