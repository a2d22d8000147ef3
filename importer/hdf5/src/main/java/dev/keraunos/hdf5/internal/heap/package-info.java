/** Local, global and fractal heaps (HDF5 file format, III.D, III.E and III.G). */
package dev.keraunos.hdf5.internal.heap;
