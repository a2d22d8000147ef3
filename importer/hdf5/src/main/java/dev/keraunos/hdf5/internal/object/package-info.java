/** Object headers and what they say of types, shapes and attributes (HDF5 file format, IV.A). */
package dev.keraunos.hdf5.internal.object;
