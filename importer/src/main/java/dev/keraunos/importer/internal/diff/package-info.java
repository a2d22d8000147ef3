/** How the files of two models differ: {@link dev.keraunos.importer.internal.diff.FileDiff}. */
package dev.keraunos.importer.internal.diff;
