/** The functions of {@code keras.ops} and {@code tf}, bound to what files and expressions say. */
package dev.keraunos.importer.internal.operations;
