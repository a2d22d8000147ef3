package dev.keraunos.hdf5.internal.storage;

import dev.keraunos.hdf5.internal.object.Dataspace;
import dev.keraunos.hdf5.internal.object.Datatype;

/** A dataset's data, checked to be in the file. */
public record StoredData(Datatype type, Dataspace space, FillValue fill, Storage storage) {}
