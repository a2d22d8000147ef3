/** The layers that prepare images, sound and numbers: rows and their functions. */
package dev.keraunos.importer.internal.preprocessing;
