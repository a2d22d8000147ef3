/** How an HDF5 file is refused. */
package dev.keraunos.hdf5;
