/**
 * How a loss comes about: its shares by term, class, sample, place and stage, and sentences on
 * them.
 */
package dev.keraunos.loss.explain;
