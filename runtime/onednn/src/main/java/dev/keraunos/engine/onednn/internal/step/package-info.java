/** What a plan is made of: steps, the places they read and write, and the calls bound to memory. */
package dev.keraunos.engine.onednn.internal.step;
