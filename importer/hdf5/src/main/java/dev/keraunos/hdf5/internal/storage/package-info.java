/**
 * Where the data of datasets lies and how it is packed (HDF5 file format, IV.A.2.e to l and IV.B).
 */
package dev.keraunos.hdf5.internal.storage;
