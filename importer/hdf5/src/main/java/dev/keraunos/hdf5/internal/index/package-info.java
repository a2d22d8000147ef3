/** Indexes of the chunks of a dataset (HDF5 file format, III.A and VII). */
package dev.keraunos.hdf5.internal.index;
