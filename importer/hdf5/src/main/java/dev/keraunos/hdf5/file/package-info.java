/**
 * What is read, what it may claim, and how it is refused: bytes, limits, and the exception.
 * Everything else in this module stands on it.
 */
package dev.keraunos.hdf5.file;
