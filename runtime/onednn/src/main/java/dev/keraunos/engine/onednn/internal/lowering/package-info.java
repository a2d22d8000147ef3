/** How each kind of operation becomes primitives. */
package dev.keraunos.engine.onednn.internal.lowering;
