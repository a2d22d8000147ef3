/** The native library of oneDNN: whether it loads, on how many threads, and what it made. */
package dev.keraunos.engine.onednn.internal.library;
