/** The superblock, where a file begins (HDF5 file format, II). */
package dev.keraunos.hdf5.internal.metadata;
