/** What lowerings are written with: primitives, what is appended to them, how they are cut. */
package dev.keraunos.engine.onednn.internal.primitive;
