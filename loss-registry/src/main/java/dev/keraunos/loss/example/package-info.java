/** A loss of a user's own, ported from Python: an example to copy. */
package dev.keraunos.loss.example;
