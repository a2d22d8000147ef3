/** The CPU engine on oneDNN. */
package dev.keraunos.engine.onednn.internal;
