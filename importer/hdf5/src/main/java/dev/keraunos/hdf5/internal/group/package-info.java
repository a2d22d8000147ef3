/** The links of groups (HDF5 file format, III.B, III.C and IV.A.2.g). */
package dev.keraunos.hdf5.internal.group;
