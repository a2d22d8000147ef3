/** Takes the loss of an evaluation apart: its shares, and sentences on them. */
package dev.keraunos.loss.internal.explain;
