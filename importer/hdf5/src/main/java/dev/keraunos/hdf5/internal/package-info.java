/**
 * Reads HDF5 files: {@link dev.keraunos.hdf5.internal.Hdf5Reader} is the entry point. Packages
 * follow the chapters of the HDF5 file format specification, version 3.0, whose numbers the
 * comments give.
 */
package dev.keraunos.hdf5.internal;
