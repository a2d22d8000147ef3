/** What Keraunos can tell of a loss in a sentence: rows, a file per family, in one list. */
package dev.keraunos.loss.internal.finding;
