/**
 * Python packages beside Keras whose layers and models files name: {@link
 * dev.keraunos.importer.internal.library.Libraries} finds those on the class path.
 */
package dev.keraunos.importer.internal.library;
