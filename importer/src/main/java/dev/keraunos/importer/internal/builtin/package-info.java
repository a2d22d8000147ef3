/** The layers that Keras brings: rows and their functions, a file per family. */
package dev.keraunos.importer.internal.builtin;
