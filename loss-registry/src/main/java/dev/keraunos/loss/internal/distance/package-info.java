/** Losses of differences, angles, margins and overlaps. */
package dev.keraunos.loss.internal.distance;
