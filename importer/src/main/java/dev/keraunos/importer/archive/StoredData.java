package dev.keraunos.importer.archive;

/** A dataset's data, checked to be in the file. */
public record StoredData(Hdf5Datatype type, Hdf5Dataspace space, Storage storage) {}
