/** B-trees of versions 1 and 2 (HDF5 file format, III.A). */
package dev.keraunos.hdf5.internal.btree;
